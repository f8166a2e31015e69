import { basename } from 'node:path';
import { UserError } from '@loyalnest/dev/errors';
import { parseOptions } from '@loyalnest/dev/options';

export type ReplayOptions = {
  file: string;
  /** Domain of the shop that has placed the orders. */
  shop: string;
  /** Webhooks per second; as fast as they are taken without it. */
  ratePerSecond: number | undefined;
  /** Probabilities that a webhook is delivered twice, and that others overtake it. */
  duplicate: number;
  reorder: number;
  format: 'text' | 'json';
};

const ratePerSecondMax = 100_000;

/** Throws `UserError` (exit code 2) for whatever it does not understand. */
export function readOptions(args: string[]): ReplayOptions {
  const kinds = { shop: 'string', rate: 'string', duplicate: 'string', reorder: 'string', json: 'boolean' } as const;
  const { values, positionals } = parseOptions(args, kinds, { positionalsMax: 1 });
  const [file] = positionals;
  if (!file) throw new UserError('name the file of orders: ./dev.sh replay FILE.csv', 2);
  return {
    file,
    shop: values.shop === undefined ? shopOfFile(file) : shopDomain(values.shop),
    ratePerSecond: values.rate === undefined ? undefined : readRate(values.rate),
    duplicate: readProbability('duplicate', values.duplicate),
    reorder: readProbability('reorder', values.reorder),
    format: values.json ? 'json' : 'text',
  };
}

/** Every file has a shop of its own, unless one is named: order 1 of one file is not order 1 of another. */
function shopOfFile(file: string): string {
  const name = basename(file).replace(/\.[^.]*$/, '');
  const handle = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return shopDomain(`replay-${handle || 'orders'}`.slice(0, handleLengthMax).replace(/-+$/, ''));
}

/** Of one label of a domain name. */
const handleLengthMax = 60;
const shopPattern = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;

/** `demo` stands for `demo.myshopify.com`. */
function shopDomain(text: string): string {
  const name = text.toLowerCase();
  const domain = name.includes('.') ? name : `${name}.myshopify.com`;
  if (shopPattern.test(domain)) return domain;
  throw new UserError(`--shop is "${text}"; it must be a name such as demo or demo.myshopify.com`, 2);
}

function readRate(text: string): number {
  const rate = Number(text);
  if (text.trim() !== '' && rate > 0 && rate <= ratePerSecondMax) return rate;
  throw new UserError(`--rate is "${text}"; it must be webhooks per second, above 0 and up to ${ratePerSecondMax}`, 2);
}

function readProbability(name: string, text: string | undefined): number {
  const probability = Number(text ?? '0');
  if (text?.trim() !== '' && probability >= 0 && probability <= 1) return probability;
  throw new UserError(`--${name} is "${text}"; it must be a probability from 0 to 1`, 2);
}
