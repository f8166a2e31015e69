/** The app's server asks for a new token with this answer; App Bridge repeats the request once. */
const RETRY = 'X-Shopify-Retry-Invalid-Session-Request';
const REAUTHORIZE = 'X-Shopify-API-Request-Failure-Reauthorize-Url';

/**
 * @typedef {object} AppFetchOptions
 * @property {typeof globalThis.fetch} fetch The browser's own.
 * @property {import('./id-token.js').IdTokens} tokens
 * @property {() => string} pageUrl Requests to this address's origin, its subdomains and `appOrigins` are the app's.
 * @property {readonly string[]} appOrigins
 * @property {string} locale
 */

/**
 * `fetch` as App Bridge leaves it: requests to the app carry the id token and the merchant's language.
 * @param {AppFetchOptions} options
 * @returns {typeof globalThis.fetch}
 */
export function createAppFetch(options) {
  const { fetch, tokens, locale } = options;

  const send = async (/** @type {Request} */ request, /** @type {string} */ token) => {
    const headers = new Headers(request.headers);
    headers.set('Authorization', `Bearer ${token}`);
    if (!headers.has('Accept-Language')) headers.set('Accept-Language', locale);
    return fetch(new Request(request, { headers }));
  };

  return async (input, init) => {
    const address = new URL(input instanceof Request ? input.url : String(input), options.pageUrl());
    if (address.protocol === 'shopify:') throw new Error('fetch of shopify:admin (Direct API access) is not simulated');
    if (!isOfApp(address, options)) return fetch(input, init);
    const request = input instanceof Request ? new Request(input, init) : new Request(address, init);
    if (request.headers.has('Authorization')) return fetch(request);

    // A body can be sent once; the copy is for the repetition.
    const copy = request.clone();
    const response = await send(request, await tokens.get());
    if (response.headers.has(REAUTHORIZE)) throw new Error(`${REAUTHORIZE} is not simulated`);
    if (response.status !== 401 || response.headers.get(RETRY) !== '1') return response;
    return send(copy, await tokens.renew());
  };
}

/**
 * @param {URL} address
 * @param {AppFetchOptions} options
 */
function isOfApp(address, { pageUrl, appOrigins }) {
  const page = new URL(pageUrl());
  if (address.origin === page.origin || appOrigins.includes(address.origin)) return true;
  return address.protocol === page.protocol && address.hostname.endsWith(`.${page.hostname}`);
}
