/** The one version of Shopify's Admin API that LoyalNest speaks; `shopify.app.toml` names the same (tested). */
export const shopifyApiVersion = '2026-10';
