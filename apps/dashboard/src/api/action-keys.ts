import { request, type Request } from './client.ts';
import { toProblem } from './problem.ts';

/**
 * Keys for writes that must not happen twice. What a person does keeps its key for as long as nobody knows whether it
 * happened: a second press after a lost connection repeats the first. An answer, good or bad, ends it.
 */
export class ActionKeys {
  readonly #newKey: () => string;
  readonly #open = new Map<string, string>();

  constructor(newKey: () => string = () => crypto.randomUUID()) {
    this.#newKey = newKey;
  }

  async run<Answer>(action: string, work: (key: string) => Promise<Answer>): Promise<Answer> {
    const key = this.#open.get(action) ?? this.#newKey();
    this.#open.set(action, key);
    try {
      const answer = await work(key);
      this.#open.delete(action);
      return answer;
    } catch (error) {
      if (!toProblem(error).isPassing) this.#open.delete(action);
      throw error;
    }
  }
}

const actions = new ActionKeys();

/** Sends a write under the key of its action, which is the same path and body. */
export function act<Answer>(path: string, options: Omit<Request, 'idempotencyKey'> = {}): Promise<Answer> {
  return actions.run(`${options.method ?? 'POST'} ${path} ${JSON.stringify(options.body ?? null)}`, (idempotencyKey) =>
    request<Answer>(path, { method: 'POST', ...options, idempotencyKey }),
  );
}
