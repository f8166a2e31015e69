import { UserError } from './errors.ts';
import { parseOptions } from './options.ts';
import type { WantedShape } from './up.ts';

export type Command = { name: string; usage: string; summary: string } & (
  | { run(args: string[]): Promise<number> }
  /**
   * A program of its own, relative to the repository, that gets the arguments as they are. One that needs the instance
   * finds it in its environment (see `environment.ts`) and is not started while none runs; the others see none.
   */
  | { script: string; needs: 'instance' | 'nothing' }
);

export const commands: readonly Command[] = [
  {
    name: 'up',
    usage: './dev.sh [up] [--detach] [--distributed [--replicas N]]',
    summary:
      'Start everything; Ctrl-C stops it. With --detach it keeps running in the background, with --distributed each service is a process of its own, or N of them, behind nginx, on Redis Cluster and Kafka.',
    async run(args) {
      const kinds = { detach: 'boolean', background: 'boolean', distributed: 'boolean', replicas: 'string' } as const;
      const { detach, background, ...shape } = parseOptions(args, kinds).values;
      const wanted = parseShape(shape);
      if (detach) return (await import('./detach.ts')).upDetached(wanted);
      return (await import('./up.ts')).up({ ...wanted, isBackground: background === true });
    },
  },
  {
    name: 'down',
    usage: './dev.sh down',
    summary: 'Stop everything, also what a crashed run left behind.',
    async run(args) {
      parseOptions(args, {});
      return (await import('./down.ts')).down();
    },
  },
  {
    name: 'status',
    usage: './dev.sh status [--json]',
    summary: 'Addresses, versions and health of each part; exit code 0 when all is well, 1 otherwise.',
    async run(args) {
      const { json } = parseOptions(args, { json: 'boolean' }).values;
      return (await import('./status.ts')).status({ format: json ? 'json' : 'text' });
    },
  },
  {
    name: 'reset',
    usage: './dev.sh reset [--yes]',
    summary: 'Stop everything and remove its data; the next start begins anew. Asks first, unless --yes.',
    async run(args) {
      const { yes } = parseOptions(args, { yes: 'boolean' }).values;
      return (await import('./reset.ts')).reset({ isConfirmed: yes === true });
    },
  },
  {
    name: 'logs',
    usage: './dev.sh logs [PART|dev] [-f] [--lines N] | --live [--shop S] [--service N] [--level L]',
    summary:
      'The last log lines, of one part (as status names them) or of all; -f keeps following. With --live those of all processes in one stream, as they are written: of one shop (domain or merchant id), one service, or at least one level.',
    async run(args) {
      if (args.includes('--live')) {
        const kinds = { live: 'boolean', shop: 'string', service: 'string', level: 'string' } as const;
        return (await import('./live-logs.ts')).liveLogs(parseOptions(args, kinds).values);
      }
      const { values, positionals } = parseOptions(args, { follow: 'boolean', lines: 'string' }, { positionalsMax: 1 });
      return (await import('./logs.ts')).logs({ ...values, part: positionals[0] });
    },
  },
  {
    name: 'verify-ledger',
    usage: './dev.sh verify-ledger [--json] [--shop DOMAIN]',
    summary: 'Prove the ledger: prints what was checked and each difference; exit code 1 if there is one.',
    script: 'services/points/src/proof/cli.ts',
    needs: 'instance',
  },
  {
    name: 'reconcile',
    usage: './dev.sh reconcile [--shop DOMAIN] [--json]',
    summary: 'Compare orders with Shopify and post those whose webhooks never came.',
    script: 'apps/server/dist/reconcile.js',
    needs: 'instance',
  },
  {
    name: 'replay',
    usage: './dev.sh replay FILE.csv [--shop S] [--rate N] [--duplicate P] [--reorder P] [--json]',
    summary: 'Play a file of orders, refunds and cancellations into a simulated shop (replay --help).',
    script: 'tools/replay/src/cli.ts',
    needs: 'instance',
  },
  {
    name: 'events',
    usage: './dev.sh events replay --from TIME --consumer SERVICE',
    summary:
      'Let a service that was stopped hear the events of Kafka again, for a projection made anew (events --help).',
    script: 'libs/platform/src/events/kafka/cli.ts',
    needs: 'instance',
  },
  {
    name: 'sim',
    usage: './dev.sh sim COMMAND…',
    summary: 'What people do in the simulated shops: place, pay, refund an order, install the app … (sim --help).',
    script: 'tools/shopify-simulator/src/cli.ts',
    needs: 'instance',
  },
  {
    name: 'bench',
    usage: './dev.sh bench orders|distributed|sockets|dashboard|storefront|events [--json] […]',
    summary: 'How fast it is, each on a database and a server of its own (docs/performance.md).',
    script: 'tools/load/src/bench.ts',
    needs: 'nothing',
  },
  {
    name: 'screenshots',
    usage: './dev.sh screenshots [--out DIR] [--only PAGE] [--docs]',
    summary:
      'Pictures of every page, wide and narrow, in English and Arabic; --docs writes those of the documents anew.',
    script: 'tools/browser/src/screenshots.ts',
    needs: 'instance',
  },
  {
    name: 'crash-test',
    usage: './dev.sh crash-test [--rounds N] [--seed N] [--json]',
    summary: 'Kill server and PostgreSQL of their own under load, and look for what was acknowledged and is gone.',
    script: 'tools/load/src/crash-test.ts',
    needs: 'nothing',
  },
  {
    name: 'backup',
    usage: './dev.sh backup [stream|status|verify|drill|key] [--json]',
    summary: 'Copy the database, encrypted, to a folder or S3; stream its log there (backup --help, docs/backup.md).',
    script: 'tools/backup/src/backup.ts',
    needs: 'nothing',
  },
  {
    name: 'restore',
    usage: './dev.sh restore [--to MOMENT] [--replace | --into FOLDER | --check]',
    summary: 'Bring the database back from its backups; --check only rehearses it and proves the ledger.',
    script: 'tools/backup/src/restore.ts',
    needs: 'nothing',
  },
  {
    name: 'chaos',
    usage: './dev.sh chaos matrix|rolling [--json] […]',
    summary:
      'Take away or slow down what the product needs, or restart it under load, and look for harm (docs/chaos.md).',
    script: 'tools/chaos/src/main.ts',
    needs: 'nothing',
  },
  {
    name: 'reference',
    usage: './dev.sh reference [--check]',
    summary: 'Write the reference documents anew from the code; with --check only say which are out of date.',
    script: 'tools/reference/src/main.ts',
    needs: 'nothing',
  },
  {
    name: 'deploy',
    usage: './dev.sh deploy check|secrets|image […]',
    summary:
      'Validate deploy/ with the real tools, make the secrets of a deployment, lay out the image (deploy --help).',
    script: 'tools/deploy/src/main.ts',
    needs: 'nothing',
  },
  {
    name: 'test',
    usage: './dev.sh test [filter…]',
    summary: 'All checks and tests; with a filter only the tests whose file names contain it.',
    script: 'tools/check/src/main.ts',
    needs: 'nothing',
  },
];

/** Two show what several do, and four are more than a machine that develops has room for. */
const replicasMax = 4;

function parseShape({ distributed, replicas }: { distributed?: boolean; replicas?: string }): WantedShape {
  if (!distributed) {
    if (replicas !== undefined) throw new UserError('--replicas needs --distributed', 2);
    return { shape: 'one-process' };
  }
  const count = Number(replicas ?? '1');
  if (Number.isInteger(count) && count >= 1 && count <= replicasMax) return { shape: 'distributed', replicas: count };
  throw new UserError(`--replicas is "${replicas}"; it must be a number from 1 to ${replicasMax}`, 2);
}

export function overview(): string {
  const lines = commands.map(({ usage, summary }) => `  ${usage}\n      ${summary}\n`);
  return `LoyalNest on this machine.

${lines.join('')}
Environment:
  LOYALNEST_PORT_BASE   server on this port, simulator, PostgreSQL and the server's figures on the next
                        three (7400); the distributed shape uses up to 100 ports from there on
  LOYALNEST_HOME        folder of the data, secrets and logs (.loyalnest in the repository)
  DATABASE_URL          use this PostgreSQL (15 or newer) instead of the embedded one
  SHOPIFY_CLIENT_ID, SHOPIFY_CLIENT_SECRET, APP_URL
                        connect to a real Shopify app instead of the simulator (docs/shopify.md)
`;
}
