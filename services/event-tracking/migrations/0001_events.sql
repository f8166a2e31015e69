-- The local record of product events. A row never changes, but for losing its customer or its shop.

-- Which shop is which merchant. A routing table: a guard must find the merchant before it can state one.
create table shops (
  merchant_id bigint primary key,
  shop_domain text not null unique,
  currency text not null,
  timezone text not null,
  is_installed boolean not null default true,
  -- While set, nothing is recorded for the shop: what is still on its way was erased already.
  redacted_at timestamptz
);

create sequence event_positions as bigint;

create table events (
  merchant_id bigint not null,
  occurred_at timestamptz not null,
  -- Follows from where the event comes from and its id there, so that a replay finds the row.
  event_id uuid not null,
  name text not null,
  customer_id bigint,
  properties jsonb not null,
  -- The order of commits, for the sender (see platform/events/relay).
  xid xid8 not null default pg_current_xact_id(),
  position bigint not null default nextval('event_positions'),
  primary key (merchant_id, occurred_at, event_id)
) partition by range (occurred_at);
create index events_by_position on events (xid, position);
create index events_by_customer on events (merchant_id, customer_id) where customer_id is not null;

-- Partitions by month, made ahead by a job; what no month covers lands in the default one.
create table events_default partition of events default;

create function ensure_event_partitions(from_month date, months integer) returns integer
  language plpgsql security definer set search_path = event_tracking as $$
declare
  month date;
  made integer := 0;
begin
  for step in 0 .. months - 1 loop
    month := date_trunc('month', from_month) + make_interval(months => step);
    if to_regclass(format('event_tracking.events_%s', to_char(month, 'YYYYMM'))) is null then
      execute format(
        'create table events_%s partition of events for values from (%L) to (%L)',
        to_char(month, 'YYYYMM'), month::timestamp at time zone 'UTC', (month + interval '1 month')::timestamp at time zone 'UTC');
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;
revoke all on function ensure_event_partitions(date, integer) from public;
-- One month back, because a page may report what happened a week ago.
select ensure_event_partitions((current_date - interval '1 month')::date, 5);

-- Customers who were deleted or redacted: what is still on its way is recorded without them.
create table erased_customers (
  merchant_id bigint not null,
  customer_id bigint not null,
  primary key (merchant_id, customer_id)
);

-- Ids that pages gave their events, so that sending one again records nothing.
create table reported_ids (
  merchant_id bigint not null,
  event_id uuid not null,
  reported_at timestamptz not null,
  primary key (merchant_id, event_id)
);
create index reported_ids_by_age on reported_ids (merchant_id, reported_at);

grant execute on function ensure_event_partitions(date, integer) to loyalnest_event_tracking;
grant usage on sequence event_positions to loyalnest_event_tracking;
grant select, insert, delete on events to loyalnest_event_tracking;
grant update (customer_id) on events to loyalnest_event_tracking;
grant select, insert, update on shops to loyalnest_event_tracking;
grant select, insert, delete on erased_customers, reported_ids to loyalnest_event_tracking;

call loyalnest.separate_tenants('events', 'erased_customers', 'reported_ids');
alter table shops enable row level security;
create policy routing on shops for select using (true);
create policy tenant on shops for all using (merchant_id = any ((select loyalnest.merchant_ids())::bigint[]));

call loyalnest.create_event_tables('loyalnest_event_tracking');
