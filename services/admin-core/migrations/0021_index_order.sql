-- Indexes beside the primary keys begin with what they look up. Every query names its merchant twice, once itself and once
-- by row-level security, and the planner multiplies the two: it takes any index that begins with the merchant for one row,
-- and may read all of a merchant's rows to find one of them (as in points, 0025). Work on all merchants finds what is due
-- first, and whose it is second.
drop index customers_by_email;
create index customers_by_email on customers (email_hash, merchant_id) where email_hash is not null;
drop index customers_by_phone;
create index customers_by_phone on customers (phone_hash, merchant_id) where phone_hash is not null;
-- The job goes through the merchants in their order, and so takes from the front of what is left of an old version.
drop index customers_to_reencrypt;
create index customers_to_reencrypt on customers (key_version, merchant_id) where key_version is not null;

drop index webhook_failures_by_age;
create index webhook_failures_by_age on webhook_failures (kept_at, merchant_id);
drop index webhook_failures_by_customer;
create index webhook_failures_by_customer on webhook_failures (customer_id, merchant_id) where customer_id is not null;

drop index gdpr_requests_due;
create index gdpr_requests_due on gdpr_requests (next_attempt_at, merchant_id) where status = 'pending';
drop index gdpr_requests_by_retention;
create index gdpr_requests_by_retention on gdpr_requests (retention_expires_at, merchant_id);
-- A redaction looked through all requests of its shop for what was collected about the customer, and a data request through
-- all of the audit log.
create index gdpr_requests_by_customer on gdpr_requests (customer_id, merchant_id) where customer_id is not null;
create index audit_logs_by_subject on audit_logs (subject, merchant_id);
alter table gdpr_requests
  drop constraint request_comes_once,
  add constraint request_comes_once unique (source_key, kind, merchant_id);
