-- Whom and what a kept delivery is about, so that it goes with its customer; when it was first kept, so that trying it again
-- does not make it stay longer; and who dealt with it.
alter table webhook_failures
  add column customer_id bigint,
  add column order_id bigint,
  add column kept_at timestamptz not null default now(),
  add column resolved_by text;
-- The owner of the tables sees no merchant's rows while row-level security is forced.
alter table webhook_failures no force row level security;
update webhook_failures set kept_at = failed_at;
alter table webhook_failures force row level security;

drop index webhook_failures_by_time;
create index webhook_failures_by_time on webhook_failures (kept_at);
create index webhook_failures_by_customer on webhook_failures (customer_id, merchant_id) where customer_id is not null;
create index webhook_failures_by_order on webhook_failures (order_id, merchant_id) where order_id is not null;
