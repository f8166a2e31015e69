import type { DeliveryState } from './deliveries.ts';

export type Progress = {
  show: (rowsSent: number, state: DeliveryState) => void;
  end: () => void;
};

/** Between two lines where nothing can be overwritten. */
const lineEveryMs = 5_000;
/** Between two pictures of the bar. */
const barEveryMs = 100;
const barWidth = 30;

export const silentProgress: Progress = { show() {}, end() {} };

/** A bar on a terminal, a line now and then elsewhere. */
export function printedProgress(rowsTotal: number, out: NodeJS.WriteStream = process.stdout): Progress {
  const startMs = performance.now();
  let shownMs = startMs;
  const isBar = out.isTTY;
  return {
    show(rowsSent, state) {
      const nowMs = performance.now();
      if (nowMs - shownMs < (isBar ? barEveryMs : lineEveryMs)) return;
      shownMs = nowMs;
      const rows = rowsDone(rowsSent, state);
      const share = rowsTotal === 0 ? 1 : rows / rowsTotal;
      const rate = Math.round(rows / ((nowMs - startMs) / 1_000));
      const text = `${percent(share)}  ${number(rows)} of ${number(rowsTotal)} rows, ${number(rate)}/s`;
      out.write(isBar ? `\r\x1b[K  ${bar(share)} ${text}` : `  ${text}\n`);
    },
    end() {
      if (isBar) out.write('\r\x1b[K');
    },
  };
}

/** Deliveries are counted, rows are what the file has: of those handed over, the share whose deliveries are done. */
function rowsDone(rowsSent: number, { sent, open }: DeliveryState): number {
  return sent === 0 ? 0 : Math.max(0, Math.round(rowsSent * (1 - open / sent)));
}

function bar(share: number): string {
  const full = Math.round(share * barWidth);
  return '█'.repeat(full) + '░'.repeat(barWidth - full);
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`.padStart(5);
}

function number(value: number): string {
  return value.toLocaleString('en');
}
