-- Members who are gone are few, and counted to know how many are left.
create index members_closed on members (merchant_id, customer_id) where is_closed;
