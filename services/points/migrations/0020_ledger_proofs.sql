-- What the nightly proof found, per merchant and day.
create table ledger_proofs (
  merchant_id bigint not null,
  proved_on date not null,
  proved_at timestamptz not null,
  is_ok boolean not null,
  checked jsonb not null,
  differences jsonb not null,
  primary key (merchant_id, proved_on)
);
grant select, insert, update, delete on ledger_proofs to loyalnest_points;
call loyalnest.separate_tenants('ledger_proofs');
