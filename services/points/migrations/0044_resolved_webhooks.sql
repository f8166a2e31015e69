-- A kept delivery that was dealt with has no body any more.
alter table webhook_failures alter column body drop not null;
-- The owner of the tables sees no merchant's rows while row-level security is forced.
alter table webhook_failures no force row level security;
update webhook_failures set body = null where resolved_at is not null;
alter table webhook_failures force row level security;
alter table webhook_failures add constraint waiting_has_a_body check (resolved_at is not null or body is not null);
