import type { ParseArgsOptionDescriptor } from 'node:util';

export type Values = Record<string, string | boolean | string[] | undefined>;
export type Call = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: Record<string, unknown>;
};

/** One command of the command line: what it takes, and the call of the control API that it is. */
export type Command = {
  name: string;
  summary: string;
  /** Names of what has to be given without an option. */
  needs: string[];
  /** Adds `--shop`; the only shop is meant where it is not given. */
  ofShop: boolean;
  options: Record<string, ParseArgsOptionDescriptor & { about: string }>;
  call(input: { shop: string; given: string[]; values: Values }): Call;
};

export class UsageError extends Error {}

export function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

export function flag(values: Values, name: string): boolean {
  return values[name] === true;
}

export function list(values: Values, name: string): string[] | undefined {
  return text(values, name)
    ?.split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

export function number(values: Values, name: string): number | undefined {
  const given = text(values, name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() === '' || Number.isNaN(value)) throw new UsageError(`--${name}: ${given} is no number`);
  return value;
}

/** Leaves out what was not given. */
export function present(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

export function option(about: string): { type: 'string'; about: string } {
  return { type: 'string', about };
}

export function toggle(about: string): { type: 'boolean'; about: string } {
  return { type: 'boolean', about };
}

export function several(about: string): { type: 'string'; multiple: true; about: string } {
  return { type: 'string', multiple: true, about };
}
