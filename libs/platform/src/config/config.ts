import { z } from 'zod';
import { problemOfRedisUrl } from '../redis/redis-url.ts';
import { rpcOwners, rpcUrlName, type RpcUrlName } from '../rpc/contracts.ts';
import { readSecretFiles } from './secret-files.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const url = z.url();
const secret = z.string().min(16);
const limit = z.coerce.number().int().min(1);

/** One for each service that answers calls (see `contracts/proto`). */
const rpcUrls = Object.fromEntries(
  rpcOwners.map((service) => [
    rpcUrlName(service),
    z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        `Address of the gRPC server of ${service}, https:// with TLS. Needed where a service that calls it runs without it in the process.`,
      ),
  ]),
);

/**
 * All configuration of the product, read once at the start from the environment. A wrong value stops the start with the
 * variable's name. `docs/configuration.md` is generated from these descriptions.
 */
export const configSchema = z.object({
  PORT: port.default(7400).describe('Port of the HTTP server.'),
  HOST: z.string().default('127.0.0.1').describe('Address the HTTP server listens on.'),
  RPC_PORT: port.optional().describe('Port of the gRPC server for calls from other processes; absent: none.'),
  ...rpcUrls,
  RPC_SECRET: secret
    .optional()
    .describe(
      'Secret by which services know each other, the same in all processes; absent: DATABASE_ROLE_SECRET serves for it.',
    ),
  RPC_TLS_CERT_FILE: z
    .string()
    .optional()
    .describe('Certificate of this process (PEM): its gRPC server speaks TLS, and it shows it to servers that ask.'),
  RPC_TLS_KEY_FILE: z.string().optional().describe('Private key of RPC_TLS_CERT_FILE (PEM).'),
  RPC_TLS_CA_FILE: z
    .string()
    .optional()
    .describe(
      'Authority (PEM) that the certificates of gRPC servers are verified by; absent: those of Node. With it the own gRPC server answers only callers with a certificate of this authority.',
    ),
  DRAIN_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(0)
    .describe(
      'How long a process that was told to stop goes on answering on connections that are open; longer than a proxy in front keeps unused ones (2 s in ours). 0: it closes them.',
    ),
  APP_URL: url.default('http://127.0.0.1:7400').describe('Public address of the product, as Shopify reaches it.'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .describe(
      'PostgreSQL 15 or newer. Migrations use its user, who must be able to create roles; the server replaces the user with one role per service. Without DATABASE_ROLE_SECRET the server logs in as it says.',
    ),
  DATABASE_ROLE_SECRET: secret
    .optional()
    .describe(
      "Secret from which each service role's password is derived. Roles belong to a whole PostgreSQL server: two installations on one server need the same secret. A process of one service needs none when DATABASE_URL carries the login of the service's own role.",
    ),
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(100).default(6).describe('Connections per service.'),
  REDIS_URL: z
    .string()
    .superRefine((text, context) => {
      const message = problemOfRedisUrl(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .optional()
    .describe(
      'Nodes of a Redis Cluster (Redis 6.2 or newer), comma separated, with user and password where it asks for them: redis://:password@host:port,…, or rediss:// with TLS. Holds jobs, revoked tokens, rate limits and live logs; absent: PostgreSQL and memory, for one process.',
    ),
  RATE_LIMIT_MERCHANT: limit.default(3_000).describe("Requests of one shop's staff in 10 seconds, of all together."),
  RATE_LIMIT_SHOPPER: limit.default(300).describe('Requests of one signed-in shopper in 10 seconds.'),
  RATE_LIMIT_VISITORS: limit
    .default(10_000)
    .describe("Requests of one shop's visitors in 10 seconds, of all together who are not signed in."),
  RATE_LIMIT_SIGN_IN: limit.default(100).describe('Sign-ins of one shop in 10 seconds, and as many refreshes.'),
  KAFKA_BROKERS: z
    .string()
    .regex(/^[^\s:,]+:\d+(,[^\s:,]+:\d+)*$/, 'must be host:port, or several of them with commas between')
    .optional()
    .describe(
      'Carries events between processes: host:port of one or more brokers of Kafka; absent: all services run in this process.',
    ),
  MASTER_KEY_FILE: z
    .string()
    .optional()
    .describe('JSON file with the versions of the key that encrypts personal data and tokens (mode 0600).'),
  AWS_KMS_KEY_ID: z
    .string()
    .optional()
    .describe('Takes the place of MASTER_KEY_FILE: data keys are wrapped by this AWS KMS key.'),
  WRAPPED_KEYS_FILE: z.string().optional().describe('JSON file with the data keys that AWS KMS wrapped.'),
  AWS_REGION: z.string().optional().describe('Region of the AWS KMS key; absent: the region in its ARN.'),
  AWS_ACCESS_KEY_ID: z.string().optional().describe('Who calls AWS KMS; needs kms:Decrypt on the key.'),
  AWS_SECRET_ACCESS_KEY: z.string().optional().describe('Secret of AWS_ACCESS_KEY_ID.'),
  AWS_SESSION_TOKEN: z.string().optional().describe('For temporary AWS credentials.'),
  AWS_ENDPOINT_URL_KMS: url
    .optional()
    .describe('Address of AWS KMS, for a VPC endpoint; absent: the public one of the region.'),
  SHOPIFY_CLIENT_ID: z.string().min(1).describe("The app's client id."),
  SHOPIFY_CLIENT_SECRET: secret.describe(
    "The app's client secret: signs webhooks, session tokens and app-proxy calls.",
  ),
  SHOPIFY_GATEWAY_URL: url
    .optional()
    .describe(
      'Connects to this address instead of the shop itself, keeping the Host header: the simulator, or an egress proxy.',
    ),
  SHOPIFY_ADMIN_URL: url
    .default('https://admin.shopify.com')
    .describe("Shopify's admin, which opens the dashboard in a frame."),
  APP_BRIDGE_URL: url
    .default('https://cdn.shopify.com/shopifycloud/app-bridge.js')
    .describe('The script that connects the dashboard with the admin around it.'),
  POSTHOG_HOST: url.default('https://eu.i.posthog.com').describe('PostHog instance that receives product events.'),
  POSTHOG_KEY: z
    .string()
    .optional()
    .describe('PostHog project key; without it product events stay in the local record.'),
  FEATURE_FLAGS_FILE: z
    .string()
    .optional()
    .describe('JSON file that says what is switched on for which merchants; followed while the product runs.'),
  WIDGET_FOLDER: z
    .string()
    .optional()
    .describe(
      "Folder with the widget's build, for points as a process of its own; all services in one process know it.",
    ),
  SERVICE_URLS: z
    .string()
    .regex(
      /^[a-z-]+=https?:\/\/[^,=]+(,[a-z-]+=https?:\/\/[^,=]+)*$/,
      'must look like auth=http://host:port,points=http://…',
    )
    .optional()
    .describe('Where each service answers, for the process that serves the pages: it says whether all are ready.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe level logged.'),
  METRICS_PORT: port
    .optional()
    .describe('Port for operators: `GET /metrics` for Prometheus, `/live/logs` and `/live/queues`; absent: none.'),
  METRICS_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address that METRICS_PORT listens on. Nothing public may lead to it.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url
    .optional()
    .describe('Base address of an OpenTelemetry collector (OTLP over HTTP) that receives traces; absent: no traces.'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of traces that are recorded, 0 to 1. All services of an installation need the same.'),
  METRICS_CERTIFICATE_FILES: z
    .string()
    .transform((text) => text.split(',').filter((file) => file !== ''))
    .optional()
    .describe('PEM certificates whose end is among the metrics, with commas between them.'),
});

export type Config = z.infer<typeof configSchema> & Readonly<Partial<Record<RpcUrlName, string>>>;

const pagesConfigSchema = configSchema.pick({
  PORT: true,
  HOST: true,
  DRAIN_MS: true,
  APP_URL: true,
  SHOPIFY_CLIENT_ID: true,
  SHOPIFY_ADMIN_URL: true,
  APP_BRIDGE_URL: true,
  SERVICE_URLS: true,
  LOG_LEVEL: true,
});

export type PagesConfig = z.infer<typeof pagesConfigSchema>;

/** A configuration that cannot be used; the message names each variable and what is wrong with it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration. Empty variables count as absent, and each may come from a file (see `secret-files.ts`).
 * Throws `ConfigError`.
 */
export function loadConfig(env: Environment): Config {
  return parse(configSchema, env) as Config;
}

/** As `loadConfig`, for the process that serves the pages and nothing else: it is given no secret and no database. */
export function loadPagesConfig(env: Environment): PagesConfig {
  return parse(pagesConfigSchema, env);
}

const ownerSchema = z.object({ DATABASE_URL: configSchema.shape.DATABASE_URL, DATABASE_ROLE_SECRET: secret });

/** As `loadConfig`, for programs that work on the database alone, as its owner. */
export function loadOwnerConfig(env: Environment): z.infer<typeof ownerSchema> {
  return parse(ownerSchema, env);
}

type Environment = Readonly<Record<string, string | undefined>>;

function parse<T extends z.ZodRawShape>(schema: z.ZodObject<T>, env: Environment): z.infer<z.ZodObject<T>> {
  const files = readSecretFiles(env, Object.keys(schema.shape));
  if (files.outcome === 'refused') throw new ConfigError(files.problems.join('; '));
  const present = Object.fromEntries(
    Object.entries(files.env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(problems.join('; '));
}
