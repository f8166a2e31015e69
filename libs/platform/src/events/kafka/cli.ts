import { parseArgs } from 'node:util';
import { brokersOf, reasonOf } from './client.ts';
import { replayFrom, type ReplayResult } from './replay.ts';

const usage = `events replay --from TIME --consumer SERVICE

Takes a service that listens back to the events that were sent since TIME (2026-03-01T00:00:00Z); Kafka keeps them for two
weeks. Stop the service first and start it afterwards: it hears them all again, and its inbox drops those that it remembers.
So this is for a projection that is made anew: truncate it together with the rows of the service's table inbox that came since
TIME, and never one without the other. Services that deliver within one process have no use for it.
Exit code 0: the service will hear them. 1: nothing was moved. 2: wrong usage.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options === 'help') return print(usage);
  if (!options) return complain(usage, 2);
  const brokers = process.env['KAFKA_BROKERS'];
  if (!brokers) return complain('events: KAFKA_BROKERS is not set: there is no Kafka to replay from\n', 1);
  try {
    return report(await replayFrom({ brokers: brokersOf(brokers), ...options }), options.consumer);
  } catch (error) {
    return complain(`events: Kafka cannot be reached: ${reasonOf(error)}\n`, 1);
  }
}

function report(result: ReplayResult, consumer: string): number {
  if (result.outcome === 'running') return complain(`events: ${consumer} is running; stop it first\n`, 1);
  if (result.outcome === 'unknown-consumer')
    return complain(`events: ${consumer} never heard anything from Kafka\n`, 1);
  return print(result.topics.map(({ topic, events }) => `${topic}: ${consumer} will hear ${events} events\n`).join(''));
}

function readOptions(args: string[]): { from: Date; consumer: string } | 'help' | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { from: { type: 'string' }, consumer: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) return 'help';
    const from = new Date(values.from ?? '');
    if (positionals.join(' ') !== 'replay' || !values.consumer || Number.isNaN(from.getTime())) return undefined;
    return { from, consumer: values.consumer };
  } catch {
    return undefined;
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function complain<Code extends number>(text: string, code: Code): Code {
  process.stderr.write(text);
  return code;
}
