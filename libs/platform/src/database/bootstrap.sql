-- What every service's migrations may rely on. Runs before each migration round; every statement can run again.
create schema if not exists loyalnest;

create table if not exists loyalnest.migrations (
  service text not null,
  name text not null,
  sha256 text not null,
  applied_at timestamptz not null default now(),
  primary key (service, name)
);

-- The merchants that the transaction at hand has stated.
create or replace function loyalnest.merchant_ids() returns bigint[]
  language sql stable parallel safe
  return string_to_array(nullif(current_setting('loyalnest.merchant_ids', true), ''), ',')::bigint[];

create or replace function loyalnest.refuse_change() returns trigger
  language plpgsql as $$
  begin
    raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'restrict_violation';
  end $$;

-- What a row has to be to be seen. The scalar subselect makes the list a value that is computed once a statement, not once a
-- row; `+ 0` keeps it out of index conditions, for which PostgreSQL would sort the list at each key that is looked up.
create or replace function loyalnest.tenant_condition() returns text
  language sql immutable
  return '(merchant_id + 0) = any ((select loyalnest.merchant_ids())::bigint[])';

-- Shows a table's rows only to transactions that state their merchant.
create or replace procedure loyalnest.separate_tenants(variadic tables text[])
  language plpgsql as $$
  declare
    name text;
  begin
    foreach name in array tables loop
      execute format('alter table %I enable row level security', name);
      execute format('alter table %I force row level security', name);
      execute format('create policy tenant on %I using (%s)', name, loyalnest.tenant_condition());
    end loop;
  end $$;

-- The same condition for every table of the schema at hand that was separated when it was another one.
create or replace procedure loyalnest.separate_tenants_anew()
  language plpgsql as $$
  declare
    name text;
  begin
    for name in
      select tablename from pg_policies where schemaname = current_schema() and policyname = 'tenant' order by tablename
    loop
      execute format('alter policy tenant on %I using (%s)', name, loyalnest.tenant_condition());
    end loop;
  end $$;

-- Outbox and inbox of a service, in the schema its migration runs in (see platform/events).
create or replace procedure loyalnest.create_event_tables(service_role text)
  language plpgsql as $$
  begin
    create table outbox (
      xid xid8 not null default pg_current_xact_id(),
      id bigint generated always as identity,
      merchant_id bigint not null,
      key text not null,
      type text not null,
      payload jsonb not null,
      occurred_at timestamptz not null,
      primary key (xid, id)
    );
    -- Each reader of the outbox keeps its own position; rows of the outbox never change.
    create table outbox_cursors (
      consumer text primary key,
      xid xid8 not null default '0',
      id bigint not null default 0,
      moved_at timestamptz not null default now()
    );
    create table inbox (
      source text not null,
      id bigint not null,
      received_at timestamptz not null default now(),
      primary key (source, id)
    );
    -- Events whose handler kept failing, set aside so that the events behind them go on.
    create table inbox_failures (
      source text not null,
      id bigint not null,
      type text not null,
      event jsonb not null,
      error text not null,
      failed_at timestamptz not null default now(),
      primary key (source, id)
    );
    create trigger append_only before update on outbox
      for each row execute function loyalnest.refuse_change();
    alter table outbox enable row level security;
    -- Writing states a merchant; the relay reads for all of them.
    create policy write on outbox for insert
      with check (merchant_id = any ((select loyalnest.merchant_ids())::bigint[]));
    create policy relay on outbox for select using (true);
    execute format('grant select, insert on outbox to %I', service_role);
    execute format('grant select, insert, update, delete on outbox_cursors to %I', service_role);
    execute format('grant select, insert, delete on inbox to %I', service_role);
    execute format('grant select, insert, update, delete on inbox_failures to %I', service_role);
  end $$;

-- What lets a service forget events that are old, in the schema its migration runs in (see platform/events/purge).
create or replace procedure loyalnest.create_event_retention(service_role text)
  language plpgsql as $$
  begin
    -- Rows come in the order of their time, so a block range index finds the old ones.
    create index inbox_by_time on inbox using brin (received_at);
    -- Removes events that every consumer has passed, at most `rows_max` of them. An outbox that nobody reads is kept.
    execute format($make$
      create function forget_delivered_events(before timestamptz, rows_max integer) returns integer
        language plpgsql security definer set search_path = %I as $body$
      declare
        forgotten integer;
      begin
        with passed as (
          select xid, id from outbox_cursors order by xid, id limit 1
        ), old as (
          select outbox.xid, outbox.id
          from outbox, passed
          where (outbox.xid, outbox.id) <= (passed.xid, passed.id) and outbox.occurred_at < before
          order by outbox.xid, outbox.id
          limit rows_max
        )
        delete from outbox using old where outbox.xid = old.xid and outbox.id = old.id;
        get diagnostics forgotten = row_count;
        return forgotten;
      end $body$ $make$, current_schema());
    revoke all on function forget_delivered_events(timestamptz, integer) from public;
    execute format('grant execute on function forget_delivered_events(timestamptz, integer) to %I', service_role);
  end $$;
