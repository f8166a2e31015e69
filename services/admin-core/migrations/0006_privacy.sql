-- Requests to see or erase personal data, and what became of them.

create sequence gdpr_request_ids as bigint;

create table gdpr_requests (
  merchant_id bigint not null,
  request_id bigint not null default nextval('gdpr_request_ids'),
  kind text not null,
  customer_id bigint,
  -- What the request is known by where it came from; a second delivery carries the same.
  source_key text not null,
  status text not null,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  last_error text,
  received_at timestamptz not null,
  completed_at timestamptz,
  -- When the request and its result are erased. Fulfilling it never waits for this.
  retention_expires_at timestamptz not null,
  -- Encrypted answer to a data_request.
  result bytea,
  key_version integer,
  primary key (merchant_id, request_id),
  constraint request_comes_once unique (merchant_id, kind, source_key),
  constraint kind_is_known check (kind in ('data_request', 'customer_redact', 'shop_redact')),
  constraint status_is_known check (status in ('pending', 'completed', 'failed', 'superseded')),
  constraint request_names_its_customer check ((kind = 'shop_redact') = (customer_id is null)),
  constraint pending_request_is_tried_again check ((status = 'pending') = (next_attempt_at is not null))
);
create index gdpr_requests_due on gdpr_requests (merchant_id, next_attempt_at) where status = 'pending';
create index gdpr_requests_by_retention on gdpr_requests (merchant_id, retention_expires_at);

grant select, insert, update, delete on gdpr_requests to loyalnest_admin_core;
grant usage on sequence gdpr_request_ids to loyalnest_admin_core;
call loyalnest.separate_tenants('gdpr_requests');
