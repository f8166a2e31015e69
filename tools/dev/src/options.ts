import { parseArgs } from 'node:util';
import { UserError } from './errors.ts';

type Kinds = Record<string, 'boolean' | 'string'>;
type Values<K extends Kinds> = { [Name in keyof K]?: K[Name] extends 'boolean' ? boolean : string };

const shortNames: Record<string, string> = { follow: 'f', yes: 'y', lines: 'n', detach: 'd' };

/** Parses the options of one command. Throws `UserError` (exit code 2) for whatever it does not know. */
export function parseOptions<K extends Kinds>(
  args: string[],
  kinds: K,
  { positionalsMax = 0 }: { positionalsMax?: number } = {},
): { values: Values<K>; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(kinds).map(([name, type]) => [
      name,
      { type, ...(shortNames[name] ? { short: shortNames[name] } : {}) },
    ]),
  );
  const { values, positionals } = parseOrExplain(args, options);
  const surplus = positionals[positionalsMax];
  if (surplus !== undefined)
    throw new UserError(`unexpected argument "${surplus}"; ./dev.sh --help lists what is known`, 2);
  return { values: values as Values<K>, positionals };
}

type ParseArgsOptions = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parseOrExplain(args: string[], options: ParseArgsOptions) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    // Node adds advice on how to pass values that begin with a dash.
    const [reason] = (error as Error).message.split(/\. |\n/);
    throw new UserError(`${reason?.toLowerCase().replace(/\.$/, '')}; ./dev.sh --help lists what is known`, 2, {
      cause: error,
    });
  }
}
