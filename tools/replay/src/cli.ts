import { UserError } from '@loyalnest/dev/errors';
import { readOptions, type ReplayOptions } from './options.ts';
import { BadFile } from './order-file.ts';
import { replay, type Replayed } from './replay.ts';

const usage = `./dev.sh replay FILE.csv [--shop S] [--rate N] [--duplicate P] [--reorder P] [--json]

Plays a file of orders, refunds and cancellations into a simulated shop, which delivers them as signed webhooks, and says
what has become of the points. Doing it again changes nothing. The file's columns:
  kind,order_id,customer_id,at,currency,amount,quantity   (kind: order, refund or cancel)

  --shop S        the shop, demo or demo.myshopify.com; without it, one that is named after the file
  --rate N        webhooks per second; without it, as fast as they are taken
  --duplicate P   deliver each webhook twice with this probability, 0 to 1
  --reorder P     let others overtake a webhook with this probability, 0 to 1
  --json          the last line is one JSON object
`;

// Whoever reads our output may stop reading; that is no reason to fail.
process.stdout.on('error', () => undefined);
process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return 0;
  }
  let options: ReplayOptions | undefined;
  try {
    options = readOptions(args);
    const replayed = await replay(options, {
      simulatorUrl: simulatorUrl(),
      serverUrl: process.env['SERVER_URL'] ?? '',
    });
    process.stdout.write(
      options.format === 'json' ? `${JSON.stringify(replayed.summary)}\n` : describe(options, replayed),
    );
    return replayed.summary.failed === 0 ? 0 : 1;
  } catch (error) {
    const explained = explain(error, options?.file);
    process.stderr.write(`replay: ${explained.message}\n`);
    return explained.exitCode;
  }
}

function simulatorUrl(): string {
  const url = process.env['SIMULATOR_URL'];
  if (url) return url;
  throw new UserError('orders are replayed in a simulated shop; this instance is connected to the real Shopify');
}

/** Rethrows what is a defect. */
function explain(error: unknown, file: string | undefined): UserError {
  if (error instanceof UserError) return error;
  if (error instanceof BadFile) return new UserError(`${file}, ${error.message}; nothing was delivered`);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new UserError(`there is no file ${file}`);
  if (code === 'EISDIR') return new UserError(`${file} is a folder`);
  if (code === 'EACCES') return new UserError(`${file} may not be read: ${message}`);
  const cause = (error as { cause?: NodeJS.ErrnoException }).cause?.code;
  if (cause === 'ECONNREFUSED' || cause === 'ECONNRESET')
    return new UserError('the simulator or the server does not answer (./dev.sh status)');
  throw error;
}

function describe({ file, shop }: ReplayOptions, { summary, seconds, waitingForOrder }: Replayed): string {
  const n = (value: number) => value.toLocaleString('en');
  const waiting =
    waitingForOrder === 0
      ? ''
      : `  ${n(waitingForOrder)} refunds or cancellations are of orders that no file has brought; they wait for those.\n`;
  return `${file} was replayed in ${shop} within ${seconds.toFixed(1)} s, ${n(summary.ordersPerSecond)} orders/s
  ${n(summary.orders)} orders, ${n(summary.refunds)} refunds, ${n(summary.cancellations)} cancellations of ${n(summary.customers)} customers
  ${n(summary.delivered)} webhooks delivered, ${n(summary.failed)} failed
  ${n(summary.pointsIssued)} points issued, ${n(summary.pointsRevoked)} revoked, ${n(summary.pointsOutstanding)} outstanding
${waiting}`;
}
