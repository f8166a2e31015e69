-- What the newest rules exclude by tag or collection, as products: an order's lines name their products and nothing else of
-- them. Absent for a merchant whose rules name neither.
create table exclusions (
  merchant_id bigint primary key,
  tags text[] not null,
  collection_ids bigint[] not null,
  product_ids bigint[] not null,
  resolved_at timestamptz not null
);
grant select, insert, update, delete on exclusions to loyalnest_points;
call loyalnest.separate_tenants('exclusions');
