-- Deliveries that could not be parsed or processed, kept whole until a person or a retry deals with them.
create table webhook_failures (
  merchant_id bigint not null,
  topic text not null,
  webhook_id text not null,
  body bytea not null,
  triggered_at timestamptz,
  reason text not null,
  detail text not null,
  attempts integer not null default 1,
  failed_at timestamptz not null,
  resolved_at timestamptz,
  primary key (merchant_id, topic, webhook_id)
);
grant select, insert, update on webhook_failures to loyalnest_points;
call loyalnest.separate_tenants('webhook_failures');
