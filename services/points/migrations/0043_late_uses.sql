-- Rewards whose points had gone back when the order came that had used their code: they name the order and wait to be charged.
create index reward_redemptions_used_late on reward_redemptions (coalesce(checked_at, settled_at))
  where status in ('released', 'failed') and order_id is not null;
