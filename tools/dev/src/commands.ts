import { parseOptions } from './options.ts';

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
    usage: './dev.sh [up] [--detach]',
    summary: 'Start everything; Ctrl-C stops it. With --detach it keeps running in the background.',
    async run(args) {
      const { detach, background } = parseOptions(args, { detach: 'boolean', background: 'boolean' }).values;
      if (detach) return (await import('./detach.ts')).upDetached();
      return (await import('./up.ts')).up({ isBackground: background === true });
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
    usage: './dev.sh logs [server|simulator|postgres|dev] [-f] [--lines N]',
    summary: 'The last log lines, of one part or of all; -f keeps following.',
    async run(args) {
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
    usage: './dev.sh bench orders|sockets|dashboard|storefront|events [--json] […]',
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

export function overview(): string {
  const lines = commands.map(({ usage, summary }) => `  ${usage}\n      ${summary}\n`);
  return `LoyalNest on this machine.

${lines.join('')}
Environment:
  LOYALNEST_PORT_BASE   server on this port, simulator and PostgreSQL on the next two (7400)
  LOYALNEST_HOME        folder of the data, secrets and logs (.loyalnest in the repository)
  DATABASE_URL          use this PostgreSQL (15 or newer) instead of the embedded one
  SHOPIFY_CLIENT_ID, SHOPIFY_CLIENT_SECRET, APP_URL
                        connect to a real Shopify app instead of the simulator (docs/shopify.md)
`;
}
