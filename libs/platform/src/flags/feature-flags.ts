import { readFileSync, statSync } from 'node:fs';
import type { FlagName } from '@loyalnest/contracts/flags';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ConfigError } from '../config/config.ts';
import type { Logger } from '../telemetry/logger.ts';
import { flagsSchema, isOnFor, type Flags } from './flag.ts';

/** A switch works this soon. By looking, because a file that is replaced as a whole tells nobody who watches it. */
const lookEveryMs = 2_000;

/** What is switched on for whom, as the file says that the configuration names; as written in code where there is none. */
@Injectable()
export class FeatureFlags implements OnModuleDestroy {
  readonly #timer: NodeJS.Timeout | undefined;
  #flags: Flags = {};
  #seen = '';

  /** Throws `ConfigError` when the file cannot be used. */
  constructor(file: string | undefined, logger: Logger) {
    if (file === undefined) return;
    this.#seen = stampOf(file);
    this.#flags = readFlags(file);
    this.#timer = setInterval(() => this.#look(file, logger), lookEveryMs).unref();
  }

  isOn(name: FlagName, merchantId: number): boolean {
    return isOnFor(this.#flags, name, merchantId);
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** A file that cannot be used leaves everything as it was, and is complained about once. */
  #look(file: string, logger: Logger): void {
    const stamp = stampOf(file);
    if (stamp === this.#seen) return;
    this.#seen = stamp;
    try {
      this.#flags = readFlags(file);
      logger.info({ flags: this.#flags }, 'feature flags have changed');
    } catch (error) {
      logger.error({ problem: (error as Error).message }, 'feature flags cannot be used; those before stay');
    }
  }
}

/** Differs when the file does, also when another takes its place. */
function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.ino}/${found.size}/${found.mtimeMs}` : 'missing';
}

function readFlags(file: string): Flags {
  const parsed = flagsSchema.safeParse(parseJson(readText(file)));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`);
  throw new ConfigError(`FEATURE_FLAGS_FILE: ${file} cannot be used: ${problems.join('; ')}`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ConfigError(`FEATURE_FLAGS_FILE: ${file} cannot be read: ${reason}`, { cause: error });
  }
}

/** `undefined` for what is no JSON, such as a file that is just being written. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
