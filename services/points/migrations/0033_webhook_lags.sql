-- How long Shopify's deliveries took until they were committed, counted per hour and bucket (webhook-lag.ts).
create table webhook_lags (
  merchant_id bigint not null,
  hour timestamptz not null,
  bucket smallint not null check (bucket >= 0),
  deliveries bigint not null check (deliveries > 0),
  primary key (merchant_id, hour, bucket)
);
grant select, insert, update, delete on webhook_lags to loyalnest_points;
call loyalnest.separate_tenants('webhook_lags');
