-- What customers are searched by: keyed hashes of the beginnings of their words (docs/decisions/0021). One row per customer
-- and hash, and the customer last in the key: a page is read in the order of customers, however many share a hash. A list in
-- an indexed column would be smaller, but under row-level security no index can look into one: its operator may not see
-- rows before their tenant was checked.
create table customer_search_tokens (
  merchant_id bigint not null,
  token bigint not null,
  customer_id bigint not null,
  primary key (merchant_id, token, customer_id)
);
create index customer_search_tokens_by_customer on customer_search_tokens (customer_id, merchant_id);

alter table customers
  -- Version of the rules that the customer's tokens were made by; 0: there are none yet.
  add column search_version smallint not null default 0,
  -- Keyed hash of all words together: most updates leave it as it is, and then the tokens are left alone.
  add column search_digest bigint,
  drop constraint gone_customer_has_no_personal_data,
  add constraint gone_customer_has_no_personal_data check (
    status = 'active'
    or num_nonnulls(email, email_hash, phone, phone_hash, first_name, last_name, locale, search_digest) = 0
  );
-- Empty, but after an upgrade.
create index customers_without_tokens on customers (merchant_id, customer_id) where status = 'active' and search_version < 1;

grant select, insert, delete on customer_search_tokens to loyalnest_admin_core;
call loyalnest.separate_tenants('customer_search_tokens');
