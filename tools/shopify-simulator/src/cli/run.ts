import { parseArgs } from 'node:util';
import { UsageError, type Call, type Command, type Values } from './command.ts';
import { FAULT_COMMANDS } from './fault-commands.ts';
import { helpOf, overview } from './help.ts';
import { ORDER_COMMANDS } from './order-commands.ts';
import { readable } from './print.ts';
import { SHOP_COMMANDS } from './shop-commands.ts';

const COMMANDS: Command[] = [...SHOP_COMMANDS, ...ORDER_COMMANDS, ...FAULT_COMMANDS];
const ANSWER_MS = 660_000;

export type Result = { exitCode: 0 | 1 | 2; output: string };

/** Runs one command: 0 done, 1 refused or unreachable, 2 wrong use. */
export async function runCli(args: readonly string[], url: string): Promise<Result> {
  const found = findCommand(args);
  const wantsHelp = args.includes('--help') || args.includes('-h');
  if (!found) {
    const words = args.filter((arg) => !arg.startsWith('-'));
    if (words.length === 0) return { exitCode: wantsHelp ? 0 : 2, output: overview(COMMANDS) };
    const group = COMMANDS.filter(({ name }) => name.split(' ')[0] === words[0]);
    if (group.length > 0) return { exitCode: wantsHelp ? 0 : 2, output: overview(group) };
    return { exitCode: 2, output: `sim: there is no command "${words.join(' ')}"; see sim --help` };
  }
  if (wantsHelp) return { exitCode: 0, output: helpOf(found.command) };
  try {
    const { call, json } = await readCall(found.command, found.rest, url);
    const answer = await send(url, call);
    return { exitCode: 0, output: json ? JSON.stringify(answer, null, 2) : readable(answer) };
  } catch (error) {
    if (error instanceof UsageError) return { exitCode: 2, output: `sim ${found.command.name}: ${error.message}` };
    return { exitCode: 1, output: `sim ${found.command.name}: ${(error as Error).message}` };
  }
}

/** The command with the longest name that the words begin with. */
function findCommand(args: readonly string[]): { command: Command; rest: string[] } | undefined {
  for (const length of [2, 1]) {
    const command = COMMANDS.find(({ name }) => name === args.slice(0, length).join(' '));
    if (command) return { command, rest: args.slice(length) };
  }
  return undefined;
}

async function readCall(command: Command, args: string[], url: string): Promise<{ call: Call; json: boolean }> {
  const { values, positionals } = parse(command, args);
  const missing = command.needs.slice(positionals.length);
  if (missing.length > 0) throw new UsageError(`${missing.join(' and ')} missing`);
  if (positionals.length > command.needs.length) throw new UsageError(`what is "${positionals.at(-1)}"?`);
  const shop = command.ofShop ? `/shops/${encodeURIComponent(await shopOf(values, url))}` : '';
  return { call: command.call({ shop, given: positionals, values }), json: values['json'] === true };
}

function parse(command: Command, args: string[]): { values: Values; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        ...(command.ofShop ? { shop: { type: 'string' } } : {}),
        ...command.options,
      },
    });
    return { values, positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function shopOf(values: Values, url: string): Promise<string> {
  if (typeof values['shop'] === 'string') return values['shop'];
  const { shops } = (await send(url, { method: 'GET', path: '/shops' })) as { shops: { domain: string }[] };
  const [only, ...more] = shops;
  if (only && more.length === 0) return only.domain;
  throw new UsageError(only ? 'there are several shops: give --shop' : 'there is no shop yet: sim shop create DOMAIN');
}

async function send(url: string, { method, path, body }: Call): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`${url}/control${path}`, {
      method,
      ...(body ? { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  } catch {
    throw new Error(`no simulator answers at ${url}`);
  }
  const answer = (await response.json().catch(() => ({}))) as { error?: string };
  if (!response.ok) throw new Error(answer.error ?? `the simulator answered ${response.status}`);
  return answer;
}
