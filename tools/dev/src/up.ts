import { explain, UserError } from './errors.ts';
import { findInstance } from './instance.ts';
import { printedProgress, relayedProgress, tellStarter, tookSince } from './progress.ts';
import { takeLock } from './state.ts';
import { prepareHome } from './home.ts';
import { startAll } from './start.ts';
import { Supervisor } from './supervisor.ts';
import { welcome } from './welcome.ts';

export type WantedShape = { shape: 'one-process' } | { shape: 'distributed'; replicas: number };
export type UpOptions = WantedShape & { isBackground: boolean };

/** Starts everything and stays until it is told to stop, or until a part ends on its own. Returns the exit code. */
export async function up({ isBackground, ...wanted }: UpOptions): Promise<number> {
  const startMs = performance.now();
  const instance = findInstance();
  const progress = isBackground ? relayedProgress() : printedProgress();
  const supervisor = new Supervisor(instance);
  let release: (() => void) | undefined;
  try {
    prepareHome(instance);
    release = takeLock(instance);
    supervisor.watchSignals();
    const context = { instance, supervisor, progress };
    const started =
      wanted.shape === 'distributed'
        ? await (await import('./distributed/start-distributed.ts')).startDistributed(context, wanted.replicas)
        : await startAll(context);
    supervisor.assertAlive();
    progress.say(welcome({ instance, started, took: tookSince(startMs), isBackground }));
    tellStarter({ kind: 'up' });
    const end = await supervisor.ended;
    if (end.kind === 'asked') progress.say('\nStopping…');
    await supervisor.stop();
    if (end.kind === 'part-ended') throw new UserError(end.message);
    progress.say('Stopped.');
    return 0;
  } catch (error) {
    await supervisor.stop();
    if (supervisor.isAsked) {
      progress.say('\nStopped before everything was up.');
      return 0;
    }
    const explained = explain(error, instance.home);
    if (explained instanceof UserError) tellStarter({ kind: 'failed', text: explained.message });
    throw explained;
  } finally {
    release?.();
  }
}
