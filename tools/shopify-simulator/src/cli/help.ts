import type { Command } from './command.ts';

export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => usage(command).length));
  const lines = commands.map((command) => `  ${usage(command).padEnd(width)}  ${command.summary}`);
  return [
    'Drives the Shopify simulator.',
    '',
    'Usage: sim COMMAND [--shop SHOP] [--json] [--help]',
    '',
    ...lines,
    '',
    'SHOP is `demo` or `demo.myshopify.com`; the only shop is meant where it is left out.',
    'SIMULATOR_URL is the address of the simulator (http://127.0.0.1:7401).',
  ].join('\n');
}

export function helpOf(command: Command): string {
  const options = Object.entries({
    ...(command.ofShop ? { shop: { type: 'string' as const, about: 'the shop' } } : {}),
    ...command.options,
    json: { type: 'boolean' as const, about: 'print the answer as JSON' },
  }).map(([name, { type, about }]) => [type === 'string' ? `--${name} VALUE` : `--${name}`, about] as const);
  const width = Math.max(...options.map(([name]) => name.length));
  return [
    `Usage: sim ${usage(command)} [OPTIONS]`,
    '',
    `${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.`,
    '',
    ...options.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`),
  ].join('\n');
}

function usage({ name, needs }: Command): string {
  return [name, ...needs].join(' ');
}
