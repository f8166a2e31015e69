-- Indexes beside the primary keys begin with what they look up. Every query names its merchant twice, once itself and once
-- by row-level security, and the planner multiplies the two: it takes any index that begins with the merchant for one row,
-- and read a merchant's 8,000 orders to find one of them.
drop index orders_by_customer;
create index orders_by_customer on orders (customer_id, merchant_id);

drop index points_transactions_by_customer;
create index points_transactions_by_customer on points_transactions (customer_id, merchant_id, created_at, transfer_id);

drop index reward_redemptions_by_order;
create index reward_redemptions_by_order on reward_redemptions (order_id, merchant_id) where order_id is not null;
drop index reward_redemptions_by_customer;
create index reward_redemptions_by_customer on reward_redemptions (customer_id, merchant_id, redemption_id);
alter table reward_redemptions
  drop constraint reward_redemptions_merchant_id_code_key,
  add constraint reward_redemptions_by_code unique (code, merchant_id),
  drop constraint reward_redemptions_by_request,
  add constraint reward_redemptions_by_request unique (request_key, merchant_id);
