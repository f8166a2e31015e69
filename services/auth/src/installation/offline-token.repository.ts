import type { Tx } from '@loyalnest/platform/database/database';

/** An offline token as it is stored; the tokens are ciphertexts. */
export type StoredToken = {
  merchantId: number;
  shopDomain: string;
  accessToken: Buffer;
  accessExpiresAt: Date;
  refreshToken: Buffer;
  refreshExpiresAt: Date;
  scopes: string[];
  scopesAt: Date;
  vouchedAt: Date;
  obtainedAt: Date;
};

type Row = {
  merchant_id: number;
  shop_domain: string;
  access_token: Buffer;
  access_expires_at: Date;
  refresh_token: Buffer;
  refresh_expires_at: Date;
  scopes: string[];
  scopes_at: Date;
  vouched_at: Date;
  obtained_at: Date;
};

const columns =
  'merchant_id, shop_domain, access_token, access_expires_at, refresh_token, refresh_expires_at, scopes, scopes_at, vouched_at, obtained_at';

export async function findToken(tx: Tx, merchantId: number): Promise<StoredToken | undefined> {
  const [row] = await tx.query<Row>(`select ${columns} from offline_tokens where merchant_id = $1`, [merchantId]);
  return row && fromRow(row);
}

/** As `findToken`, and nobody else changes it before the transaction ends. */
export async function lockToken(tx: Tx, merchantId: number): Promise<StoredToken | undefined> {
  const [row] = await tx.query<Row>(`select ${columns} from offline_tokens where merchant_id = $1 for update`, [
    merchantId,
  ]);
  return row && fromRow(row);
}

/** Stores or replaces the token. What Shopify has vouched for already stays vouched for. */
export async function saveToken(tx: Tx, token: StoredToken): Promise<void> {
  await tx.query(
    `insert into offline_tokens as known (${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (merchant_id) do update set access_token = excluded.access_token,
       access_expires_at = excluded.access_expires_at, refresh_token = excluded.refresh_token,
       refresh_expires_at = excluded.refresh_expires_at, scopes = excluded.scopes, scopes_at = excluded.scopes_at,
       vouched_at = greatest(known.vouched_at, excluded.vouched_at), obtained_at = excluded.obtained_at`,
    [
      token.merchantId,
      token.shopDomain,
      token.accessToken,
      token.accessExpiresAt,
      token.refreshToken,
      token.refreshExpiresAt,
      token.scopes,
      token.scopesAt,
      token.vouchedAt,
      token.obtainedAt,
    ],
  );
}

/** Replaces the tokens of an installation that is still there; says whether it is. */
export async function replaceToken(
  tx: Tx,
  token: Pick<
    StoredToken,
    'merchantId' | 'accessToken' | 'accessExpiresAt' | 'refreshToken' | 'refreshExpiresAt' | 'obtainedAt'
  >,
): Promise<boolean> {
  const changed = await tx.execute(
    `update offline_tokens set access_token = $2, access_expires_at = $3, refresh_token = $4, refresh_expires_at = $5,
       obtained_at = $6
     where merchant_id = $1`,
    [
      token.merchantId,
      token.accessToken,
      token.accessExpiresAt,
      token.refreshToken,
      token.refreshExpiresAt,
      token.obtainedAt,
    ],
  );
  return changed > 0;
}

/** Keeps that Shopify vouched for the installation. */
export async function saveVouched(tx: Tx, { merchantId, vouchedAt }: { merchantId: number; vouchedAt: Date }) {
  await tx.execute('update offline_tokens set vouched_at = greatest(vouched_at, $2) where merchant_id = $1', [
    merchantId,
    vouchedAt,
  ]);
}

export async function saveScopes(tx: Tx, change: { merchantId: number; scopes: readonly string[]; scopesAt: Date }) {
  await tx.execute('update offline_tokens set scopes = $2, scopes_at = $3 where merchant_id = $1', [
    change.merchantId,
    change.scopes,
    change.scopesAt,
  ]);
}

export async function deleteToken(tx: Tx, merchantId: number): Promise<void> {
  await tx.execute('delete from offline_tokens where merchant_id = $1', [merchantId]);
}

function fromRow(row: Row): StoredToken {
  return {
    merchantId: row.merchant_id,
    shopDomain: row.shop_domain,
    accessToken: row.access_token,
    accessExpiresAt: row.access_expires_at,
    refreshToken: row.refresh_token,
    refreshExpiresAt: row.refresh_expires_at,
    scopes: row.scopes,
    scopesAt: row.scopes_at,
    vouchedAt: row.vouched_at,
    obtainedAt: row.obtained_at,
  };
}
