-- How far the record has been sent to PostHog, and who is sending.
create table posthog_cursor (
  only_row boolean primary key default true check (only_row),
  xid xid8 not null,
  position bigint not null,
  lease uuid,
  leased_until timestamptz not null
);
insert into posthog_cursor (xid, position, leased_until) values ('0', 0, '-infinity');
grant select, update on posthog_cursor to loyalnest_event_tracking;

-- The sender reads the events of all merchants in the order of commits. The service's role may do that through this function
-- only: everywhere else it sees the merchants that its transaction states.
create policy sender on events for select to current_user using (true);

create function read_events_after(after_xid xid8, after_position bigint, events_max integer)
  returns table (
    xid xid8, "position" bigint, merchant_id bigint, event_id uuid, occurred_at timestamptz, name text, customer_id bigint, properties jsonb
  )
  language sql stable security definer set search_path = event_tracking as $$
    select events.xid, events.position, events.merchant_id, events.event_id, events.occurred_at, events.name, events.customer_id,
      events.properties
    from events
    where (events.xid, events.position) > (after_xid, after_position)
      and events.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by events.xid, events.position
    limit events_max
  $$;
revoke all on function read_events_after(xid8, bigint, integer) from public;
grant execute on function read_events_after(xid8, bigint, integer) to loyalnest_event_tracking;
