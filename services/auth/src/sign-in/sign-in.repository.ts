import type { Tx } from '@loyalnest/platform/database/database';
import type { RevokedToken } from '@loyalnest/shopify/revoked-tokens';

export type EndReason = 'revoked' | 'reused' | 'uninstalled';

export type IssuedToken = {
  merchantId: number;
  signInId: string;
  tokenSha256: Buffer;
  accessTokenId: string;
  accessExpiresAt: Date;
  issuedAt: Date;
};

export async function insertSignIn(
  tx: Tx,
  signIn: { merchantId: number; signInId: string; userId: number; createdAt: Date; expiresAt: Date },
): Promise<void> {
  await tx.query(
    'insert into sign_ins (merchant_id, sign_in_id, user_id, created_at, expires_at) values ($1, $2, $3, $4, $5)',
    [signIn.merchantId, signIn.signInId, signIn.userId, signIn.createdAt, signIn.expiresAt],
  );
}

export async function insertRefreshToken(tx: Tx, token: IssuedToken): Promise<void> {
  await tx.query(
    `insert into refresh_tokens (merchant_id, token_sha256, sign_in_id, access_token_id, access_expires_at, issued_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [token.merchantId, token.tokenSha256, token.signInId, token.accessTokenId, token.accessExpiresAt, token.issuedAt],
  );
}

export type FoundRefreshToken = {
  signInId: string;
  userId: number;
  expiresAt: Date;
  isEnded: boolean;
  isUsed: boolean;
};

/** Finds a refresh token and locks its sign-in: two uses of one token take turns, and the second sees the first. */
export async function lockRefreshToken(
  tx: Tx,
  { merchantId, tokenSha256 }: { merchantId: number; tokenSha256: Buffer },
): Promise<FoundRefreshToken | undefined> {
  const [signIn] = await tx.query<{ sign_in_id: string; user_id: number; expires_at: Date; is_ended: boolean }>(
    `select sign_in_id, user_id, expires_at, ended_at is not null as is_ended from sign_ins
     where merchant_id = $1
       and sign_in_id = (select sign_in_id from refresh_tokens where merchant_id = $1 and token_sha256 = $2)
     for update`,
    [merchantId, tokenSha256],
  );
  if (!signIn) return undefined;
  // Read after the lock, which whoever used the token held.
  const [token] = await tx.query<{ is_used: boolean }>(
    'select used_at is not null as is_used from refresh_tokens where merchant_id = $1 and token_sha256 = $2',
    [merchantId, tokenSha256],
  );
  return {
    signInId: signIn.sign_in_id,
    userId: signIn.user_id,
    expiresAt: signIn.expires_at,
    isEnded: signIn.is_ended,
    isUsed: token?.is_used ?? true,
  };
}

export async function markUsed(
  tx: Tx,
  { merchantId, tokenSha256, now }: { merchantId: number; tokenSha256: Buffer; now: Date },
): Promise<void> {
  await tx.query('update refresh_tokens set used_at = $3 where merchant_id = $1 and token_sha256 = $2', [
    merchantId,
    tokenSha256,
    now,
  ]);
}

/** Which sign-ins of a merchant: one, by itself or by a bearer token of it; all of a person; or all. */
export type SignInFilter = { signInId: string } | { tokenId: string } | { userId: number } | 'all';

export type Ending = { merchantId: number; which: SignInFilter; reason: EndReason; now: Date };

/** Ends sign-ins that have not ended, and revokes the bearer tokens that they still have. */
export async function endSignIns(tx: Tx, { merchantId, which, reason, now }: Ending): Promise<EndedSignIns> {
  const { condition, values } = filterSql(which);
  const ended = await tx.query<{ sign_in_id: string }>(
    `update sign_ins set ended_at = $2, end_reason = $3
     where merchant_id = $1 and ended_at is null and expires_at > $2 and ${condition}
     returning sign_in_id`,
    [merchantId, now, reason, ...values],
  );
  const revoked = await tx.query<{ token_id: string; expires_at: Date }>(
    `insert into revoked_tokens (merchant_id, token_id, expires_at, revoked_at)
     select merchant_id, access_token_id, access_expires_at, $3 from refresh_tokens
     where merchant_id = $1 and sign_in_id = any ($2::uuid[]) and access_expires_at > $3
     on conflict do nothing
     returning token_id, expires_at`,
    [merchantId, ended.map((row) => row.sign_in_id), now],
  );
  return {
    count: ended.length,
    revoked: revoked.map((row) => ({ tokenId: row.token_id, expiresAt: row.expires_at })),
  };
}

export type EndedSignIns = { count: number; revoked: RevokedToken[] };

function filterSql(which: SignInFilter): { condition: string; values: unknown[] } {
  if (which === 'all') return { condition: 'true', values: [] };
  if ('signInId' in which) return { condition: 'sign_in_id = $4', values: [which.signInId] };
  if ('userId' in which) return { condition: 'user_id = $4', values: [which.userId] };
  return {
    condition: `sign_in_id in (
      select sign_in_id from refresh_tokens where merchant_id = $1 and access_token_id = $4)`,
    values: [which.tokenId],
  };
}

/** Removes what is over: sign-ins whose refresh tokens nobody could use any more, revocations of expired tokens. */
export async function deleteOver(tx: Tx, now: Date): Promise<void> {
  await tx.execute('delete from sign_ins where expires_at < $1', [now]);
  await tx.execute('delete from revoked_tokens where expires_at < $1', [now]);
}

/** Removes everything of a merchant but the revocations, which still count and end by themselves. */
export async function forgetMerchant(tx: Tx, merchantId: number): Promise<void> {
  await tx.execute('delete from sign_ins where merchant_id = $1', [merchantId]);
}

/** Revocations of every merchant since a moment. Shown to all by the policy `list`. */
export async function listRevoked(tx: Tx, { since, now }: { since: Date; now: Date }): Promise<RevokedToken[]> {
  const rows = await tx.query<{ token_id: string; expires_at: Date }>(
    'select token_id, expires_at from revoked_tokens where expires_at > $1 and revoked_at >= $2',
    [now, since],
  );
  return rows.map((row) => ({ tokenId: row.token_id, expiresAt: row.expires_at }));
}
