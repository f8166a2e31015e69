-- Customers who are gone: deleted, or merged into another. Their row stays, as their transfers do.
alter table customer_balances
  add column closed_at timestamptz,
  add column merged_into bigint,
  add constraint merged_customers_are_closed check (merged_into is null or closed_at is not null);
create index customer_balances_merged on customer_balances (merchant_id, merged_into) where merged_into is not null;
-- What came in for them afterwards and has to be moved on or taken back.
create index customer_balances_left_over on customer_balances (merchant_id, customer_id)
  where closed_at is not null and (pending <> 0 or available <> 0 or held <> 0);

-- A merge moves what waits and what is held as well.
alter table points_transactions drop constraint transfer_kind_names_its_accounts;
alter table points_transactions add constraint transfer_kind_names_its_accounts check (
  (kind, from_account, to_account) in (
    ('earn', 'issued', 'available'), ('earn', 'issued', 'pending'),
    ('approve', 'pending', 'available'),
    ('void', 'pending', 'revoked'),
    ('clawback', 'available', 'revoked'),
    ('hold', 'available', 'held'),
    ('capture', 'held', 'redeemed'),
    ('release', 'held', 'available'),
    ('restore', 'redeemed', 'available'),
    ('expire', 'available', 'expired'),
    ('adjust', 'adjusted', 'available'), ('adjust', 'available', 'adjusted'),
    ('migrate', 'migrated', 'available'), ('migrate', 'available', 'migrated'),
    ('migrate', 'migrated', 'pending'), ('migrate', 'pending', 'migrated'),
    ('migrate', 'migrated', 'held'), ('migrate', 'held', 'migrated')
  )
);
