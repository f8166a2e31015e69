import { overview } from '@loyalnest/dev/commands';
import { configSchema } from '@loyalnest/platform/config/config';
import type { z } from 'zod';
import { code, generatedFrom, table } from './markdown.ts';

/** docs/configuration.md: every variable of the server, and what `./dev.sh` reads. */
export function describeConfiguration(): string {
  const rows = Object.entries(configSchema.shape).map(([name, schema]) => [
    code(name),
    describeDefault(schema),
    schema.description ?? '',
  ]);
  return `${generatedFrom('libs/platform/src/config/config.ts and tools/dev/src/commands.ts')}

# Configuration

## The server

Read once at the start, from the environment. An empty variable counts as absent. A wrong or missing value ends the start
with exit code 1 and one line that names the variable. Each may be given as \`NAME_FILE\` instead, a file that holds the value; so are
secrets in [deployments](deployment.md).

${table(['variable', 'default', 'meaning'], rows)}

## ./dev.sh

It makes up every secret that the server needs on its first start and keeps them in \`LOYALNEST_HOME\`. It reads:

\`\`\`text
${environmentOf(overview())}
\`\`\`
`;
}

function describeDefault(schema: z.ZodType): string {
  const absent = schema.safeParse(undefined);
  if (!absent.success) return 'required';
  const value = absent.data as string | number | undefined;
  return value === undefined ? '' : code(`${value}`);
}

/** The part of the help text that lists variables. */
function environmentOf(help: string): string {
  const [, section] = help.split('\nEnvironment:\n');
  if (section === undefined) throw new Error('./dev.sh --help has no section "Environment:"');
  return section.replace(/^ {2}/gm, '').trimEnd();
}
