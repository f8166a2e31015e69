import { parseArgs } from 'node:util';
import { ConfigError, loadOwnerConfig } from '@loyalnest/platform/config/config';
import { Database } from '@loyalnest/platform/database/database';
import { createPool } from '@loyalnest/platform/database/pool';
import { serviceDatabaseUrl } from '@loyalnest/platform/database/roles';
import { reportProof } from './report.ts';
import { findOtherServices, verifyServiceEvents } from './service-events.ts';
import { findShops, verifyLedger } from './verify-ledger.ts';

const usage = `verify-ledger [--json] [--shop DOMAIN]

Checks every shop's ledger, or one shop's, and the events of all services, and prints what it checked and each difference.
Changes nothing.
Exit code 0: no differences. 1: differences, or the ledger could not be read. 2: wrong usage.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options === 'help') return print(usage);
  if (!options) return complain(usage, 2);
  try {
    const { DATABASE_URL: databaseUrl, DATABASE_ROLE_SECRET: roleSecret } = loadOwnerConfig(process.env);
    return await verify(opener({ databaseUrl, roleSecret }), options);
  } catch (error) {
    if (error instanceof ConfigError) return complain(`verify-ledger: ${error.message}\n`, 2);
    return complain(`verify-ledger: the ledger could not be read: ${reasonOf(error)}\n`, 1);
  }
}

type Open = <R>(service: string, work: (database: Database) => Promise<R>) => Promise<R>;

/** Each service's database is read as that service: no role sees what is another's. */
function opener(of: { databaseUrl: string; roleSecret: string }): Open {
  return async (service, work) => {
    const connectionString = serviceDatabaseUrl({ ...of, service });
    const pool = createPool({ connectionString, max: 1, applicationName: 'loyalnest-verify-ledger' });
    try {
      return await work(new Database(pool));
    } finally {
      await pool.end();
    }
  };
}

type Options = { json: boolean; shop: string | undefined };

async function verify(open: Open, { json, shop }: Options): Promise<number> {
  const now = new Date();
  const { shops, findings, others } = await open('points', async (database) => {
    const found = await findShops(database, shop);
    const merchantIds = found.map(({ merchantId }) => merchantId);
    return {
      shops: found,
      findings: await verifyLedger(database, { merchantIds, now }),
      others: await findOtherServices(database),
    };
  });
  if (shop !== undefined && shops.length === 0) return complain(`verify-ledger: there is no shop ${shop}\n`, 2);
  const only = shop === undefined ? {} : { merchantIds: shops.map(({ merchantId }) => merchantId) };
  for (const service of others) {
    await open(service, (database) => verifyServiceEvents(database, { service, ...only, findings, now }));
  }
  const proof = findings.total();
  const domains = new Map(shops.map(({ merchantId, shopDomain }) => [merchantId, shopDomain]));
  const shopOf = (merchantId: number) => domains.get(merchantId) ?? String(merchantId);
  const differences = proof.differences.map((difference) => ({ shop: shopOf(difference.merchantId), ...difference }));
  print(json ? `${JSON.stringify({ ...proof, differences })}\n` : reportProof(proof, { shopOf }));
  return proof.ok ? 0 : 1;
}

function readOptions(args: string[]): Options | 'help' | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: { json: { type: 'boolean' }, shop: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    return values.help ? 'help' : { json: values.json ?? false, shop: values.shop };
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : String(cause);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function complain<Code extends number>(text: string, code: Code): Code {
  process.stderr.write(text);
  return code;
}
