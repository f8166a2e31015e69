-- What a page about a shop's ledger shows: how many differences each check found, though only the first are kept in words,
-- and what the last comparison with Shopify looked at, beside the sums over all of them.
alter table ledger_proofs add column difference_counts jsonb not null default '{}';

alter table reconciliations
  add column last_checked bigint not null default 0,
  add column last_missed bigint not null default 0;
