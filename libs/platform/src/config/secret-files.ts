import { readFileSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;

export type SecretFiles = { outcome: 'read'; env: Environment } | { outcome: 'refused'; problems: string[] };

/**
 * Lets each of these variables come from a file: `NAME_FILE` names one that holds the value of `NAME`. Container engines
 * hand out secrets that way, so that none stands in a process's environment, where anybody who inspects it can read it.
 */
export function readSecretFiles(env: Environment, names: readonly string[]): SecretFiles {
  const found: Record<string, string> = {};
  const problems: string[] = [];
  for (const name of names) {
    const file = env[`${name}_FILE`];
    // A variable that itself ends in _FILE is a file's path, and is read by whoever it is for.
    if (!file || names.includes(`${name}_FILE`)) continue;
    if (env[name]) {
      problems.push(`${name}: set it or ${name}_FILE, not both`);
      continue;
    }
    try {
      found[name] = readFileSync(file, 'utf8').trimEnd();
    } catch (error) {
      problems.push(
        `${name}_FILE: ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`,
      );
    }
  }
  return problems.length > 0 ? { outcome: 'refused', problems } : { outcome: 'read', env: { ...env, ...found } };
}
