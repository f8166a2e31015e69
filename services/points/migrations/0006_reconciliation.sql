-- Up to which moment each shop's orders have been compared with Shopify's, and what that found.
create table reconciliations (
  merchant_id bigint primary key,
  -- Shopify's `updated_at` up to which every order has been seen.
  watermark timestamptz not null,
  checked_at timestamptz not null,
  orders_checked bigint not null default 0,
  orders_missed bigint not null default 0,
  failure text
);
grant select, insert, update on reconciliations to loyalnest_points;
call loyalnest.separate_tenants('reconciliations');

-- Orders that wait until Shopify says how much of them a gift card paid.
create index orders_waiting_for_gift_cards on orders (merchant_id, order_id)
  where snapshot -> 'gateways' ? 'gift_card' and snapshot -> 'giftCardMinor' = 'null';
