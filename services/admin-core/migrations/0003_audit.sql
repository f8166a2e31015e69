-- Who did what to whose data. Rows never change; they leave with their month's partition.

create sequence audit_log_ids as bigint;

create table audit_logs (
  merchant_id bigint not null,
  audit_log_id bigint not null default nextval('audit_log_ids'),
  created_at timestamptz not null,
  actor text not null,
  action text not null,
  -- What it was done to, by id: 'customer/123'. Never personal data.
  subject text not null,
  details jsonb not null default '{}',
  primary key (merchant_id, audit_log_id, created_at)
) partition by range (created_at);

create trigger append_only before update or delete on audit_logs
  for each row execute function loyalnest.refuse_change();
create trigger append_only_truncate before truncate on audit_logs
  for each statement execute function loyalnest.refuse_change();

-- Partitions by month, made ahead by a job; what no month covers lands in the default one.
create table audit_logs_default partition of audit_logs default;

create function ensure_audit_partitions(from_month date, months integer) returns integer
  language plpgsql security definer set search_path = admin_core as $$
declare
  month date;
  made integer := 0;
begin
  for step in 0 .. months - 1 loop
    month := date_trunc('month', from_month) + make_interval(months => step);
    if to_regclass(format('admin_core.audit_logs_%s', to_char(month, 'YYYYMM'))) is null then
      execute format(
        'create table audit_logs_%s partition of audit_logs for values from (%L) to (%L)',
        to_char(month, 'YYYYMM'), month::timestamp at time zone 'UTC', (month + interval '1 month')::timestamp at time zone 'UTC');
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;
revoke all on function ensure_audit_partitions(date, integer) from public;
select ensure_audit_partitions(current_date, 4);

grant execute on function ensure_audit_partitions(date, integer) to loyalnest_admin_core;
grant select, insert on audit_logs to loyalnest_admin_core;
grant usage on sequence audit_log_ids to loyalnest_admin_core;

call loyalnest.separate_tenants('audit_logs');
