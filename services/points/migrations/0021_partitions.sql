-- As before, and two processes at once make each partition once: the second waits and finds it.
create or replace function ensure_transaction_partitions(from_month date, months integer) returns integer
  language plpgsql security definer set search_path = points as $$
declare
  month date;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('points.ensure_transaction_partitions', 0));
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

-- Transfers of all merchants that no month's partition took; a count tells nothing about any of them.
create function count_unpartitioned_transactions() returns bigint
  language sql stable security definer set search_path = points
  return (select count(*) from points_transactions_default);
revoke all on function count_unpartitioned_transactions() from public;
grant execute on function count_unpartitioned_transactions() to loyalnest_points;
