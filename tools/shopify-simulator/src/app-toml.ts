import { readFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { ConfigurationError } from './config.ts';
import { readAppEmbed, type AppEmbed } from './theme/app-embed.ts';

/** What the simulator needs of the app's `shopify.app.toml`, and of the extensions that are deployed with it. */
export type AppToml = {
  name: string;
  /** The app's name in addresses of the admin. */
  handle: string;
  /** The path of `application_url`, where the admin opens the app; empty for the root. */
  path: string;
  apiVersion: string;
  scopes: string[];
  subscriptions: { topic: string; uri: string }[];
  proxy: { prefix: string; subpath: string; path: string } | undefined;
  embed: AppEmbed | undefined;
};

const topics = z.array(z.string().regex(/^[a-z_]+\/[a-z_]+$/));

const toml = z.object({
  name: z.string().min(1).default('App'),
  handle: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .optional(),
  application_url: z.string().default('/'),
  access_scopes: z.object({ scopes: z.string().default('') }).default({ scopes: '' }),
  webhooks: z.object({
    api_version: z.string().regex(/^\d{4}-\d{2}$/),
    subscriptions: z
      .array(z.object({ topics: topics.default([]), compliance_topics: topics.default([]), uri: z.string().min(1) }))
      .default([]),
  }),
  app_proxy: z
    .object({ url: z.string(), prefix: z.enum(['a', 'apps', 'community', 'tools']), subpath: z.string().min(1) })
    .optional(),
});

export function readAppToml(path: string): AppToml {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new ConfigurationError(`SHOPIFY_APP_TOML: cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  const parsed = toml.safeParse(content);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `SHOPIFY_APP_TOML: ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigurationError(lines.join('\n'));
  }
  const { name, access_scopes: access, webhooks, app_proxy: proxy } = parsed.data;
  return {
    name,
    handle: parsed.data.handle ?? handleOf(name),
    path: ownPath(parsed.data.application_url),
    apiVersion: webhooks.api_version,
    scopes: access.scopes
      .split(',')
      .map((scope) => scope.trim())
      .filter(Boolean),
    subscriptions: webhooks.subscriptions.flatMap(({ uri, topics: plain, compliance_topics: compliance }) =>
      [...plain, ...compliance].map((topic) => ({ topic, uri })),
    ),
    proxy: proxy && { prefix: proxy.prefix, subpath: proxy.subpath, path: ownPath(proxy.url) },
    embed: readAppEmbed(path),
  };
}

/** A name as it is written in addresses. */
export function handleOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

/** An address's own path; its host is the app's, which the simulator is told by APP_URL. */
function ownPath(url: string): string {
  const { pathname } = new URL(url, 'https://app.invalid');
  return pathname.replace(/\/+$/, '');
}
