-- Who may act for a shop: the app's tokens at Shopify, people's sign-ins here.

-- Which shop is which merchant. A routing table: a session token names a shop before anybody can state a merchant.
create table shops (
  merchant_id bigint primary key,
  shop_domain text not null unique,
  currency text not null,
  timezone text not null,
  is_installed boolean not null default true
);

-- The app's offline token of each shop, encrypted. Gone with the installation.
create table offline_tokens (
  merchant_id bigint primary key,
  shop_domain text not null unique,
  access_token bytea not null,
  access_expires_at timestamptz not null,
  refresh_token bytea not null,
  refresh_expires_at timestamptz not null,
  scopes text[] not null,
  -- Shopify's clock when the scopes became these; an older notice of a change is late.
  scopes_at timestamptz not null,
  -- Shopify's clock when it last vouched for the installation; an older notice of its end is late.
  vouched_at timestamptz not null,
  obtained_at timestamptz not null
);

-- Who is getting a token for a shop right now. Shopify ends the token before with each new one, so one at a time; a lease
-- rather than a row lock, because Shopify is asked meanwhile. Keyed by shop: the first time there is no merchant yet.
create table token_leases (
  shop_domain text primary key,
  lease_id uuid not null,
  expires_at timestamptz not null
);

-- One person's sign-in, and the refresh tokens that continue it.
create table sign_ins (
  merchant_id bigint not null,
  sign_in_id uuid not null,
  user_id bigint not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  end_reason text check (end_reason in ('revoked', 'reused', 'uninstalled')),
  primary key (merchant_id, sign_in_id),
  constraint sign_in_ends_for_a_reason check ((ended_at is null) = (end_reason is null))
);
create index sign_ins_by_user on sign_ins (merchant_id, user_id) where ended_at is null;

create table refresh_tokens (
  merchant_id bigint not null,
  token_sha256 bytea not null check (length(token_sha256) = 32),
  sign_in_id uuid not null,
  -- The bearer token that was issued beside it.
  access_token_id uuid not null,
  access_expires_at timestamptz not null,
  issued_at timestamptz not null,
  used_at timestamptz,
  primary key (merchant_id, token_sha256),
  foreign key (merchant_id, sign_in_id) references sign_ins on delete cascade
);
create index refresh_tokens_by_sign_in on refresh_tokens (merchant_id, sign_in_id);
create index refresh_tokens_by_access_token on refresh_tokens (merchant_id, access_token_id);

-- Bearer tokens that ended before their time, until that time.
create table revoked_tokens (
  merchant_id bigint not null,
  token_id uuid not null,
  expires_at timestamptz not null,
  revoked_at timestamptz not null,
  primary key (merchant_id, token_id)
);
create index revoked_tokens_by_end on revoked_tokens (expires_at);

create trigger append_only before update on revoked_tokens
  for each row execute function loyalnest.refuse_change();

grant select, insert, update on shops to loyalnest_auth;
grant select, insert, update, delete on offline_tokens, token_leases to loyalnest_auth;
grant select, insert, update, delete on sign_ins to loyalnest_auth;
grant select, insert, update on refresh_tokens to loyalnest_auth;
grant select, insert, delete on revoked_tokens to loyalnest_auth;

call loyalnest.separate_tenants('offline_tokens', 'sign_ins', 'refresh_tokens', 'revoked_tokens');
-- Every process keeps the whole list: it answers "is this token revoked" before anybody has stated a merchant.
create policy list on revoked_tokens for select using (true);
alter table shops enable row level security;
create policy routing on shops for select using (true);
create policy tenant on shops for all using (merchant_id = any ((select loyalnest.merchant_ids())::bigint[]));
