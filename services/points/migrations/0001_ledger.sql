-- The ledger: orders as they stand, transfers that never change, lots, balances.

-- Which shop is which merchant. A routing table: the door must find the merchant before it can state one.
create table shops (
  merchant_id bigint primary key,
  shop_domain text not null unique,
  currency text not null,
  timezone text not null,
  is_installed boolean not null default true
);

-- Versions of a merchant's rules; saving inserts the next version, history stays.
create table program_settings (
  merchant_id bigint not null,
  version integer not null check (version > 0),
  settings jsonb not null,
  changed_by text not null,
  created_at timestamptz not null,
  primary key (merchant_id, version)
);

-- One row, raised by whoever saves settings: caches compare it instead of re-reading every merchant's settings.
create table settings_epoch (
  only_row boolean primary key default true check (only_row),
  epoch bigint not null
);
insert into settings_epoch (epoch) values (1);

-- The newest snapshot of each Shopify order, the facts that only accumulate, its frozen award, and what is posted for it.
create table orders (
  merchant_id bigint not null,
  order_id bigint not null,
  revision integer not null check (revision > 0),
  customer_id bigint,
  snapshot jsonb,
  refunds jsonb not null default '{}',
  cancelled_at timestamptz,
  shopify_updated_at timestamptz,
  award jsonb,
  due_points bigint not null default 0 check (due_points >= 0),
  pending_points bigint not null default 0 check (pending_points >= 0),
  available_points bigint not null default 0 check (available_points >= 0),
  approve_at timestamptz,
  primary key (merchant_id, order_id)
);
create index orders_to_approve on orders (approve_at) where pending_points > 0;
create index orders_by_customer on orders (merchant_id, customer_id);

create table customer_balances (
  merchant_id bigint not null,
  customer_id bigint not null,
  pending bigint not null default 0 check (pending >= 0),
  available bigint not null default 0,
  held bigint not null default 0 check (held >= 0),
  revision bigint not null default 1,
  primary key (merchant_id, customer_id)
) with (fillfactor = 80);

-- Transfers. Debit and credit are one row, so a transfer cannot be unbalanced.
create table points_transactions (
  merchant_id bigint not null,
  transfer_id bigint not null,
  created_at timestamptz not null,
  customer_id bigint not null,
  kind text not null,
  from_account text not null,
  to_account text not null,
  points bigint not null check (points >= 0),
  shortfall bigint not null default 0 check (shortfall >= 0),
  business_key text not null,
  order_id bigint,
  redemption_id bigint,
  reverses_transfer_id bigint,
  rule_version integer,
  lots jsonb,
  reason text,
  actor text not null,
  primary key (merchant_id, transfer_id, created_at),
  constraint transfer_moves_something check (points > 0 or shortfall > 0),
  constraint transfer_kind_names_its_accounts check (
    (kind, from_account, to_account) in (
      ('earn', 'issued', 'available'), ('earn', 'issued', 'pending'),
      ('approve', 'pending', 'available'),
      ('void', 'pending', 'revoked'),
      ('clawback', 'available', 'revoked'),
      ('hold', 'available', 'held'),
      ('capture', 'held', 'redeemed'),
      ('release', 'held', 'available'),
      ('restore', 'redeemed', 'available'),
      ('expire', 'available', 'expired'),
      ('adjust', 'adjusted', 'available'), ('adjust', 'available', 'adjusted'),
      ('migrate', 'migrated', 'available'), ('migrate', 'available', 'migrated')
    )
  )
) partition by range (created_at);
create index points_transactions_by_customer on points_transactions (merchant_id, customer_id, created_at, transfer_id);

-- Why a transfer exists, once per merchant: here because a unique index of a partitioned table must carry its range key.
create table transfer_keys (
  merchant_id bigint not null,
  business_key text not null,
  transfer_id bigint not null,
  created_at timestamptz not null,
  primary key (merchant_id, business_key)
);

-- Handed out in blocks, so that a batch knows its ids before it writes.
create sequence transfer_ids as bigint increment by 1024;

create table lots (
  merchant_id bigint not null,
  customer_id bigint not null,
  lot_id bigint not null,
  points bigint not null check (points > 0),
  remaining bigint not null check (remaining >= 0 and remaining <= points),
  earned_at timestamptz not null,
  expires_at timestamptz,
  primary key (merchant_id, customer_id, lot_id)
) with (fillfactor = 80);
create index lots_to_expire on lots (expires_at) where remaining > 0 and expires_at is not null;

create trigger append_only before update or delete on points_transactions
  for each row execute function loyalnest.refuse_change();
create trigger append_only_truncate before truncate on points_transactions
  for each statement execute function loyalnest.refuse_change();
create trigger append_only before update or delete on transfer_keys
  for each row execute function loyalnest.refuse_change();
create trigger append_only before update or delete on program_settings
  for each row execute function loyalnest.refuse_change();

-- Partitions by month, made ahead by a job; what no month covers lands in the default one and is reported.
create table points_transactions_default partition of points_transactions default;

create function ensure_transaction_partitions(from_month date, months integer) returns integer
  language plpgsql security definer set search_path = points as $$
declare
  month date;
  made integer := 0;
begin
  for step in 0 .. months - 1 loop
    month := date_trunc('month', from_month) + make_interval(months => step);
    if to_regclass(format('points.points_transactions_%s', to_char(month, 'YYYYMM'))) is null then
      execute format(
        'create table points_transactions_%s partition of points_transactions for values from (%L) to (%L)',
        to_char(month, 'YYYYMM'), month::timestamp at time zone 'UTC', (month + interval '1 month')::timestamp at time zone 'UTC');
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;
revoke all on function ensure_transaction_partitions(date, integer) from public;
select ensure_transaction_partitions(current_date, 4);

grant execute on function ensure_transaction_partitions(date, integer) to loyalnest_points;
grant select, insert, update on shops to loyalnest_points;
grant select, update on settings_epoch to loyalnest_points;
grant select, insert on program_settings, points_transactions, transfer_keys to loyalnest_points;
grant select, insert, update on orders, customer_balances, lots to loyalnest_points;
grant usage on sequence transfer_ids to loyalnest_points;

call loyalnest.separate_tenants(
  'program_settings', 'orders', 'customer_balances', 'points_transactions', 'transfer_keys', 'lots');
alter table shops enable row level security;
create policy routing on shops for select using (true);
create policy tenant on shops for all using (merchant_id = any ((select loyalnest.merchant_ids())::bigint[]));
