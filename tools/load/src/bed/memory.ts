import { readFileSync } from 'node:fs';

const kilobytesPerMegabyte = 1_024;

export type Memory = { residentMb: number; peakMb: number };

/** Resident memory of a process, now and at its highest so far. Undefined where the system does not say. */
export function memoryOf(pid: number): Memory | undefined {
  if (process.platform !== 'linux') return undefined;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { residentMb: field(status, 'VmRSS'), peakMb: field(status, 'VmHWM') };
}

function field(status: string, name: string): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return Math.round(Number(kilobytes) / kilobytesPerMegabyte);
}
