import { commands, overview, type Command } from './commands.ts';
import { explain, UserError } from './errors.ts';
import { findHome } from './instance.ts';

/** Runs the command that these arguments name, and returns the exit code. */
export async function dispatch(argv: string[]): Promise<number> {
  try {
    return await runNamed(argv);
  } catch (error) {
    const explained = explain(error, findHome());
    if (!(explained instanceof UserError)) throw explained;
    process.stderr.write(`dev.sh: ${explained.message}\n`);
    return explained.exitCode;
  }
}

/** Without a command, and with nothing but options, `up` is meant. */
async function runNamed(argv: string[]): Promise<number> {
  const [first] = argv;
  if (first === '--help' || first === '-h' || first === 'help') return print(overview());
  const name = first === undefined || first.startsWith('-') ? 'up' : first;
  const args = name === first ? argv.slice(1) : argv;
  const command = commands.find((entry) => entry.name === name);
  if (!command) throw new UserError(`unknown command "${name}"; ./dev.sh --help lists them`, 2);
  return run(command, args);
}

async function run(command: Command, args: string[]): Promise<number> {
  if ('script' in command) return (await import('./script.ts')).runScript(command, args);
  if (args.includes('--help') || args.includes('-h')) return print(`${command.usage}\n\n${command.summary}\n`);
  return command.run(args);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
