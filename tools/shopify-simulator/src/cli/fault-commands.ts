import {
  flag,
  number,
  option,
  present,
  several,
  text,
  toggle,
  UsageError,
  type Command,
  type Values,
} from './command.ts';
import { command, queryOf } from './shop-commands.ts';

const everywhere = { shop: option('only for this shop') };

export const FAULT_COMMANDS: Command[] = [
  command('status', 'what the simulator holds', {}, () => ({ method: 'GET', path: '/statistics' })),
  command('idle', 'waits until nothing is on its way', { timeout: option('milliseconds') }, ({ values }) => ({
    method: 'GET',
    path: `/idle?timeoutMs=${number(values, 'timeout') ?? 30_000}`,
  })),
  command(
    'deliveries',
    'webhooks and their attempts, newest first',
    {
      ...everywhere,
      topic: option('for example orders/create'),
      state: option('waiting, sending, retrying, delivered, failed or dropped'),
      limit: option('how many'),
    },
    ({ values }) => ({
      method: 'GET',
      path: `/deliveries?${queryOf(values, ['shop', 'topic', 'state', 'limit'])}`,
    }),
  ),
  command('deliveries retry', 'sends again what failed, at once', {}, () => ({
    method: 'POST',
    path: '/deliveries/retry',
  })),
  command('deliveries clear', 'forgets what waits and what was counted', {}, () => ({
    method: 'DELETE',
    path: '/deliveries',
  })),
  command('faults', 'what is made to go wrong', {}, () => ({ method: 'GET', path: '/faults' })),
  command(
    'faults set',
    'makes something go wrong',
    {
      ...everywhere,
      duplicate: option('probability that a webhook comes twice'),
      reorder: option('probability that it is overtaken'),
      drop: option('probability that it never comes'),
      corrupt: option('probability that its body is altered'),
      delay: option('milliseconds before it is sent'),
      pause: toggle('send nothing'),
      resume: toggle('send again'),
      slow: option('milliseconds the Admin API takes'),
      throttle: option('the next N calls are THROTTLED'),
      error: option('the next N calls answer 500'),
      cut: option('the next N answers break off'),
      'expired-tokens': option('the next N id tokens of App Bridge have expired'),
      offline: toggle('App Bridge gets no id tokens'),
      online: toggle('it gets them again'),
      'user-error': several('MUTATION=N: its next N calls have a user error'),
    },
    ({ values }) => ({ method: 'PUT', path: `${prefix(values)}/faults`, body: faultBody(values) }),
  ),
  command('faults clear', 'makes nothing go wrong', everywhere, ({ values }) => ({
    method: 'DELETE',
    path: `${prefix(values)}/faults`,
  })),
  command('clock', "the simulator's time", {}, () => ({ method: 'GET', path: '/clock' })),
  {
    ...command('clock advance', 'moves it forward: 30s, 10m, 48h or 90d', {}, ({ given: [by = ''] }) => ({
      method: 'POST',
      path: '/clock/advance',
      body: duration(by),
    })),
    needs: ['BY'],
  },
];

const UNITS: Record<string, string> = { ms: 'milliseconds', s: 'seconds', m: 'minutes', h: 'hours', d: 'days' };

function duration(by: string): Record<string, unknown> {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(by);
  const unit = UNITS[match?.[2] ?? ''];
  if (!unit) throw new UsageError(`${by} is not like 30s, 10m, 48h or 90d`);
  return { [unit]: Number(match?.[1]) };
}

function prefix(values: Values): string {
  const shop = text(values, 'shop');
  return shop ? `/shops/${encodeURIComponent(shop)}` : '';
}

function faultBody(values: Values): Record<string, unknown> {
  const paused = flag(values, 'pause') ? true : flag(values, 'resume') ? false : undefined;
  const deliveries = present({
    duplicate: number(values, 'duplicate'),
    reorder: number(values, 'reorder'),
    drop: number(values, 'drop'),
    corrupt: number(values, 'corrupt'),
    delayMs: number(values, 'delay'),
    paused,
  });
  const api = present({
    slowMs: number(values, 'slow'),
    throttleNext: number(values, 'throttle'),
    errorNext: number(values, 'error'),
    cutNext: number(values, 'cut'),
    userErrors: userErrors(values['user-error']),
  });
  const offline = flag(values, 'offline') ? true : flag(values, 'online') ? false : undefined;
  const admin = present({ expiredTokensNext: number(values, 'expired-tokens'), offline });
  return { deliveries, api, admin };
}

function userErrors(given: Values[string]): Record<string, unknown> | undefined {
  if (!Array.isArray(given)) return undefined;
  return Object.fromEntries(
    given.map((one) => {
      const [mutation = '', next = '1'] = one.split('=');
      return [mutation, { next: Number(next) }];
    }),
  );
}
