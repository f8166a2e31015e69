-- What the merchant's pages read: projections of the ledger, which can be thrown away and made again from it
-- (docs/decisions/0020-members-projection.md).

-- Shops whose projections exist, and the time zone of their days. A shop without a row is built from its ledger.
create table projected_shops (
  merchant_id bigint primary key,
  timezone text not null,
  built_at timestamptz not null
);

-- A customer's figures, and copies of what lists are sorted and filtered by.
create table members (
  merchant_id bigint not null,
  customer_id bigint not null,
  pending bigint not null,
  available bigint not null,
  held bigint not null,
  earned bigint not null,
  orders bigint not null,
  first_at timestamptz,
  last_activity_at timestamptz not null,
  next_expiry_at timestamptz,
  is_closed boolean not null,
  primary key (merchant_id, customer_id)
) with (fillfactor = 90);
-- One for each order a list can have. They begin with the merchant, unlike those of 0025, because they are read in their order.
create index members_by_available on members (merchant_id, available, customer_id) where not is_closed;
create index members_by_earned on members (merchant_id, earned, customer_id) where not is_closed;
create index members_by_orders on members (merchant_id, orders, customer_id) where not is_closed;
create index members_by_last_activity on members (merchant_id, last_activity_at, customer_id) where not is_closed;
-- One for each filter that few members pass, with everything that those few may be sorted by.
create index members_pending on members (merchant_id, customer_id)
  include (available, earned, orders, last_activity_at) where pending > 0 and not is_closed;
create index members_held on members (merchant_id, customer_id)
  include (available, earned, orders, last_activity_at) where held > 0 and not is_closed;
create index members_expiring on members (merchant_id, next_expiry_at, customer_id)
  include (available, earned, orders, last_activity_at) where next_expiry_at is not null and not is_closed;

-- Sums per day of the shop's own calendar.
create table programme_days (
  merchant_id bigint not null,
  day date not null,
  issued bigint not null,
  redeemed bigint not null,
  outstanding bigint not null,
  orders bigint not null,
  members bigint not null,
  primary key (merchant_id, day)
);

-- Where a shop's transfers are, by kind and time: the ledger itself can be read by customer only.
create table activities (
  merchant_id bigint not null,
  kind text not null,
  created_at timestamptz not null,
  transfer_id bigint not null,
  primary key (merchant_id, kind, created_at, transfer_id)
);

-- The time zone, or UTC where PostgreSQL does not know it: a shop's strange setting must not stop the others.
create function known_timezone(timezone text) returns text
  language plpgsql stable set search_path = points as $$
begin
  perform now() at time zone timezone;
  return timezone;
exception when invalid_parameter_value then
  return 'UTC';
end $$;

grant select, insert, update, delete on projected_shops, members, programme_days, activities to loyalnest_points;
call loyalnest.separate_tenants('members', 'programme_days', 'activities');
-- Like `shops`: whoever looks for shops that are not built yet reads all of them, and learns nothing.
alter table projected_shops enable row level security;
alter table projected_shops force row level security;
create policy routing on projected_shops for select using (true);
create policy tenant on projected_shops for all using (merchant_id = any ((select loyalnest.merchant_ids())::bigint[]));
