import { onlineManager } from '@tanstack/react-query';

/** How long to wait before asking again whether the server is there: soon at first, then every half minute. */
const probeDelaysMs = [1_000, 2_000, 5_000, 10_000, 30_000];
const probePath = '/healthz';

let probes = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** The server answered, whatever it said: queries that waited for it go on. */
export function noteAnswer(): void {
  clearTimeout(timer);
  timer = undefined;
  probes = 0;
  onlineManager.setOnline(true);
}

/**
 * A request went nowhere. The browser may call itself online (it has a network; we are what is missing), so we say offline
 * ourselves, queries pause, and we look until the server is back.
 */
export function noteSilence(): void {
  onlineManager.setOnline(false);
  if (timer !== undefined) return;
  const delayMs = probeDelaysMs[Math.min(probes, probeDelaysMs.length - 1)] ?? 30_000;
  timer = setTimeout(() => void probe(), delayMs);
}

async function probe(): Promise<void> {
  timer = undefined;
  probes += 1;
  try {
    await fetch(probePath, { cache: 'no-store' });
    noteAnswer();
  } catch {
    noteSilence();
  }
}
