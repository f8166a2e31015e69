-- A reward that is added again under the same Idempotency-Key is the one that was added before. Rewards without a key: null.
alter table rewards add column request_key text;
-- The key comes first, for the reason that 0025_index_order gives.
alter table rewards add constraint rewards_by_request unique (request_key, merchant_id);
