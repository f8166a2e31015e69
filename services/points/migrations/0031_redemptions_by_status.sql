-- Redemptions of a shop in one state, newest first.
create index reward_redemptions_by_status on reward_redemptions (status, merchant_id, redemption_id);
