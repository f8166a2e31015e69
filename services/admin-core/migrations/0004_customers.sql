-- Customers: the only place in the product with personal data, and that encrypted (platform/crypto).

create table customers (
  merchant_id bigint not null,
  -- Shopify's numeric id.
  customer_id bigint not null,
  status text not null,
  merged_into bigint,
  email bytea,
  email_hash bytea,
  phone bytea,
  phone_hash bytea,
  first_name bytea,
  last_name bytea,
  locale text,
  has_account boolean not null,
  -- Whether customer.created.v1 was published.
  is_announced boolean not null,
  created_at timestamptz,
  -- Shopify's times of the newest news; the second orders news of one second.
  updated_at timestamptz,
  triggered_at timestamptz,
  gone_at timestamptz,
  -- Oldest master key that a column of this row needs.
  key_version integer,
  primary key (merchant_id, customer_id),
  constraint status_is_known check (status in ('active', 'deleted', 'merged', 'redacted')),
  constraint merged_customer_names_the_kept_one check ((status = 'merged') = (merged_into is not null)),
  constraint gone_customer_has_no_personal_data check (
    status = 'active' or num_nonnulls(email, email_hash, phone, phone_hash, first_name, last_name, locale) = 0
  )
);
create index customers_by_email on customers (merchant_id, email_hash) where email_hash is not null;
create index customers_by_phone on customers (merchant_id, phone_hash) where phone_hash is not null;
create index customers_to_reencrypt on customers (merchant_id, key_version) where key_version is not null;

grant select, insert, update, delete on customers to loyalnest_admin_core;
call loyalnest.separate_tenants('customers');
