-- Merchants: the shops that installed LoyalNest, now or once.

create sequence merchant_ids as bigint;

create table merchants (
  merchant_id bigint primary key,
  shop_domain text not null unique,
  name text not null,
  currency text not null,
  timezone text not null,
  shopify_plan text not null,
  staff_roles jsonb not null default '{}',
  is_installed boolean not null,
  -- When it came last, when auth last said that it is there, and when it left last; all by our clock.
  installed_at timestamptz not null,
  confirmed_at timestamptz not null,
  uninstalled_at timestamptz,
  redacted_at timestamptz,
  -- Shopify's time of what is known of the shop; older news does not overwrite newer.
  shopify_updated_at timestamptz
);

-- What the webhook door looks up (libs/shopify, ShopDirectory): which merchant a shop is.
create view shops with (security_invoker) as
  select merchant_id, shop_domain, currency, timezone, is_installed from merchants;

grant usage on sequence merchant_ids to loyalnest_admin_core;
grant select, insert, update on merchants to loyalnest_admin_core;
grant select on shops to loyalnest_admin_core;

call loyalnest.separate_tenants('merchants');
-- A merchant is looked up by domain before it can be stated, and other services list them all.
create policy routing on merchants for select using (true);
