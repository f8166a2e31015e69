-- What points buy, and what was bought.

create table rewards (
  merchant_id bigint not null,
  reward_id bigint generated always as identity,
  kind text not null check (kind in ('fixed_amount', 'free_shipping')),
  name text not null,
  points bigint not null check (points > 0),
  -- Minor units of the shop's currency; of a fixed amount what it takes off, of free shipping the dearest rate it covers.
  amount_minor bigint check (amount_minor > 0),
  minimum_spend_minor bigint not null default 0 check (minimum_spend_minor >= 0),
  valid_days integer check (valid_days between 1 and 3650),
  per_customer_max integer check (per_customer_max > 0),
  total_max integer check (total_max > 0),
  code_prefix text not null default 'LOYAL' check (code_prefix ~ '^[A-Z0-9]{1,12}$'),
  combines_with jsonb not null default '{}',
  is_open boolean not null default true,
  revision integer not null default 1,
  created_at timestamptz not null,
  primary key (merchant_id, reward_id),
  constraint fixed_amount_has_an_amount check (kind <> 'fixed_amount' or amount_minor is not null)
);

-- Shopify's discounts behind a reward: one per reward, revision and expiry bucket, each with many codes.
create table reward_discounts (
  merchant_id bigint not null,
  reward_id bigint not null,
  bucket text not null,
  discount_gid text not null,
  created_at timestamptz not null,
  primary key (merchant_id, reward_id, bucket),
  foreign key (merchant_id, reward_id) references rewards
);

create table reward_redemptions (
  merchant_id bigint not null,
  redemption_id bigint generated always as identity,
  customer_id bigint not null,
  reward_id bigint not null,
  points bigint not null check (points > 0),
  code text not null,
  bucket text not null,
  status text not null check (status in ('held', 'active', 'captured', 'releasing', 'released', 'failed')),
  shares jsonb not null,
  hold_transfer_id bigint not null,
  capture_transfer_id bigint,
  order_id bigint,
  restored_points bigint not null default 0 check (restored_points between 0 and points),
  failure text,
  created_at timestamptz not null,
  expires_at timestamptz,
  settled_at timestamptz,
  primary key (merchant_id, redemption_id),
  unique (merchant_id, code),
  foreign key (merchant_id, reward_id) references rewards,
  constraint captured_by_an_order check (status <> 'captured' or order_id is not null)
);
create index reward_redemptions_by_order on reward_redemptions (merchant_id, order_id) where order_id is not null;
create index reward_redemptions_by_customer on reward_redemptions (merchant_id, customer_id, redemption_id);
create index reward_redemptions_unsettled on reward_redemptions (status, created_at) where status in ('held', 'active', 'releasing');

-- Answers to writes, so that the same request again gets the same answer.
create table idempotency_keys (
  merchant_id bigint not null,
  caller text not null,
  key text not null,
  request_hash bytea not null,
  status integer,
  response jsonb,
  created_at timestamptz not null,
  primary key (merchant_id, caller, key)
);

grant select, insert, update on rewards, reward_discounts, reward_redemptions to loyalnest_points;
grant select, insert, update, delete on idempotency_keys to loyalnest_points;
call loyalnest.separate_tenants('rewards', 'reward_discounts', 'reward_redemptions', 'idempotency_keys');
