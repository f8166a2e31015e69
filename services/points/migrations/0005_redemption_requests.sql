-- The request that took a reward: a request that is repeated after a crash finds what it had begun.
alter table reward_redemptions add column request_key text not null;
alter table reward_redemptions add column checked_at timestamptz;
alter table reward_redemptions add constraint reward_redemptions_by_request unique (merchant_id, request_key);
grant usage on sequence reward_redemptions_redemption_id_seq to loyalnest_points;
