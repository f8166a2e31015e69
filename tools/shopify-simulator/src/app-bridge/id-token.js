/**
 * @typedef {object} IdTokens
 * @property {() => Promise<string>} get One that is good for a while yet.
 * @property {() => Promise<string>} renew One that is made now, because the app refused the one before.
 */

/** A request takes a while to arrive; a token that is almost over is not sent. */
const MARGIN_MS = 5_000;

/**
 * Keeps the admin's id token while it is good. How long that is follows from the token's own two times and the browser's
 * steady clock, so that a browser whose date is wrong gets along.
 * @param {{ ask: () => Promise<string>, steadyNow: () => number }} options
 * @returns {IdTokens}
 */
export function createIdTokens({ ask, steadyNow }) {
  /** @type {{ token: string, goodUntilMs: number } | undefined} */
  let held;
  /** @type {Promise<string> | undefined} */
  let asking;

  const renew = () => {
    // Requests that start together share one question.
    asking ??= ask()
      .then((token) => {
        held = { token, goodUntilMs: steadyNow() + lifetimeMs(token) - MARGIN_MS };
        return token;
      })
      .finally(() => (asking = undefined));
    return asking;
  };

  return { renew, get: () => (held && held.goodUntilMs > steadyNow() ? Promise.resolve(held.token) : renew()) };
}

/** @param {string} token */
function lifetimeMs(token) {
  const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  const { iat, exp } = /** @type {{ iat: number, exp: number }} */ (JSON.parse(atob(payload)));
  return (exp - iat) * 1_000;
}
