-- What may be forgotten. Rows of these tables come in the order of their time, so a block range index finds the old ones.
create index inbox_by_time on inbox using brin (received_at);
create index idempotency_keys_by_time on idempotency_keys using brin (created_at);

-- Removes events that every consumer has passed, at most `rows_max` of them. An outbox that nobody reads is kept.
create function forget_delivered_events(before timestamptz, rows_max integer) returns integer
  language plpgsql security definer set search_path = points as $$
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
end $$;
revoke all on function forget_delivered_events(timestamptz, integer) from public;
grant execute on function forget_delivered_events(timestamptz, integer) to loyalnest_points;
