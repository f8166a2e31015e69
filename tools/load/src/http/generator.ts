import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Load, LoadResult } from './load.ts';

type Answer = { result: LoadResult } | { failure: string };

/** A process of its own that sends load: it must not share a thread with what measures and reports. */
export class Generator {
  readonly #child = fork(join(import.meta.dirname, 'generator-program.ts'), {
    stdio: 'inherit',
    execArgv: ['--expose-gc'],
  });

  run(load: Load): Promise<LoadResult> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('the load generator ended'));
      this.#child.once('exit', ended);
      this.#child.once('message', (answer: Answer) => {
        this.#child.off('exit', ended);
        if ('result' in answer) resolve(answer.result);
        else reject(new Error(answer.failure));
      });
      this.#child.send(load);
    });
  }

  stop(): void {
    this.#child.kill();
  }
}
