/** Where `up` says how far it is: a terminal, or the command that started us in the background. */
export type Progress = {
  /** Work that may be seen to take a while begins. */
  begin(what: string): void;
  /** It goes on; shown on a terminal only. */
  update(what: string): void;
  /** It is done; `what` takes its place. */
  done(what: string): void;
  say(text: string): void;
};

/** What a start in the background tells the command that waits for it. */
export type BackgroundMessage = { kind: keyof Progress | 'failed'; text: string } | { kind: 'up' };

export function printedProgress(out: NodeJS.WriteStream = process.stdout): Progress {
  const clear = () => {
    if (out.isTTY) out.write('\r\x1b[K');
  };
  const show = (text: string) => {
    clear();
    if (out.isTTY) out.write(text);
  };
  return {
    begin: (what) => show(`  … ${what}`),
    update: (what) => show(`  … ${what}`),
    done(what) {
      clear();
      out.write(`  ✓ ${what}\n`);
    },
    say(text) {
      clear();
      out.write(`${text}\n`);
    },
  };
}

/** Passes everything on as messages, as long as somebody listens. */
export function relayedProgress(): Progress {
  const send = (kind: keyof Progress) => (text: string) => tellStarter({ kind, text });
  return { begin: send('begin'), update: send('update'), done: send('done'), say: send('say') };
}

export function tellStarter(message: BackgroundMessage): void {
  if (process.connected) process.send?.(message);
}

/** ` (1.2 s)` since a moment of `performance.now()`. */
export function tookSince(startMs: number): string {
  return `(${((performance.now() - startMs) / 1_000).toFixed(1)} s)`;
}
