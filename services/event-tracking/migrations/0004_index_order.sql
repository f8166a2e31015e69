-- Indexes beside the primary keys begin with what they look up. Every query names its merchant twice, once itself and once
-- by row-level security, and the planner multiplies the two: it takes any index that begins with the merchant for one row,
-- and may read all of a merchant's events to find those of one customer (as in points, 0025). Ids are forgotten by age
-- first: the old ones are few, whoever's they are.
drop index events_by_customer;
create index events_by_customer on events (customer_id, merchant_id) where customer_id is not null;
drop index reported_ids_by_age;
create index reported_ids_by_age on reported_ids (reported_at, merchant_id);
