-- Deliveries that could not be parsed or processed, kept whole until a person or a retry deals with them. A body may hold
-- personal data of anybody: it is encrypted, goes with its customer's redaction, and stays for 30 days at most.
create table webhook_failures (
  merchant_id bigint not null,
  topic text not null,
  webhook_id text not null,
  body bytea not null,
  key_version integer not null,
  -- Whom the body seems to be about, when that can be told.
  customer_id bigint,
  triggered_at timestamptz,
  reason text not null,
  detail text not null,
  attempts integer not null default 1,
  kept_at timestamptz not null,
  failed_at timestamptz not null,
  primary key (merchant_id, topic, webhook_id)
);
create index webhook_failures_by_age on webhook_failures (merchant_id, kept_at);
create index webhook_failures_by_customer on webhook_failures (merchant_id, customer_id) where customer_id is not null;

grant select, insert, update, delete on webhook_failures to loyalnest_admin_core;
call loyalnest.separate_tenants('webhook_failures');
