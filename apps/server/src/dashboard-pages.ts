import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { AppError } from '@loyalnest/contracts/errors';
import type { PagesConfig } from '@loyalnest/platform/config/config';
import { sendProblem } from '@loyalnest/platform/http/problem';
import type { Pages } from '@loyalnest/platform/run';
import { isShopDomain } from '@loyalnest/shopify/shops/shop-domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readPreloads } from './preloads.ts';

/** Where the build of `apps/dashboard` lies, seen from this file and from the bundle that it ends up in. */
export const dashboardFolder = join(import.meta.dirname, '../../dashboard/dist');

/** Addresses that are never a page: what is not found there is a problem, not the dashboard. */
const notPages = /^\/(v1|api|admin|webhooks|widget|assets|healthz|readyz)(\/|$)/;

/**
 * Serves the dashboard: its document at `/` and at every address that is nothing else, its hashed files under `/assets/`.
 * The document may be framed by Shopify's admin and by the shop that its address names, and by nobody else.
 */
export function dashboardPages(folder: string): Pages {
  return (fastify, config) => {
    const documentFile = join(folder, 'index.html');
    if (!existsSync(documentFile)) return;
    const document = fillIn(readFileSync(documentFile, 'utf8'), config);
    const preloads = readPreloads(folder);
    void fastify.register(fastifyStatic, {
      root: join(folder, 'assets'),
      prefix: '/assets/',
      preCompressed: true,
      // Names carry a hash of what is in them.
      immutable: true,
      maxAge: '365d',
      index: false,
      decorateReply: false,
    });
    const send = (request: FastifyRequest, reply: FastifyReply) => {
      const { pathname, searchParams } = new URL(request.url, config.APP_URL);
      if (notPages.test(pathname)) return sendProblem(reply, new AppError('not-found'));
      return reply
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-cache')
        .header('content-security-policy', policyFor(searchParams.get('shop'), config))
        .send(document.replace('</head>', `${preloads(pathname, searchParams.get('locale'))}</head>`));
    };
    fastify.get('/', send);
    fastify.get('/*', send);
  };
}

function fillIn(document: string, config: PagesConfig): string {
  return document
    .replaceAll('__SHOPIFY_API_KEY__', escaped(config.SHOPIFY_CLIENT_ID))
    .replaceAll('__APP_BRIDGE_URL__', escaped(config.APP_BRIDGE_URL));
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** https://shopify.dev/docs/apps/build/security/set-up-iframe-protection: one shop's own, and the admin. */
function policyFor(shop: string | null, config: PagesConfig): string {
  const admin = new URL(config.SHOPIFY_ADMIN_URL).origin;
  const bridge = new URL(config.APP_BRIDGE_URL).origin;
  const ancestors = shop !== null && isShopDomain(shop) ? `https://${shop} ${admin}` : "'none'";
  const own = new URL(config.APP_URL);
  const socket = `${own.protocol === 'https:' ? 'wss' : 'ws'}://${own.host}`;
  return [
    "default-src 'none'",
    `script-src 'self' ${bridge}`,
    "style-src 'self'",
    `img-src 'self' data: ${bridge}`,
    "font-src 'self'",
    `connect-src 'self' ${socket} ${bridge} ${admin}`,
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${ancestors}`,
  ].join('; ');
}
