-- When a shop's storefront last loaded the widget, to the hour: whether the theme block is on.
alter table shops add column widget_seen_at timestamptz;
