import type { Alert, Recording, RuleGroup } from './alert.ts';

/**
 * What is promised of 30 days, as a share of all that was asked. Health checks and addresses that nobody answers are not
 * asked for by anybody who was promised something.
 */
const promised = 0.99;
const budget = Math.round((1 - promised) * 1e6) / 1e6;

type Objective = {
  /** In the names of rules. */
  name: string;
  alert: string;
  words: string;
  requests: string;
  /** Labels of a series in the tests. */
  example: string;
};

const requests = 'loyalnest_http_request_duration_seconds_count';

const objectives: readonly Objective[] = [
  {
    name: 'api',
    alert: 'LoyalNestApi',
    words: 'the API',
    requests: 'route!~"\\\\(none\\\\)|/healthz|/readyz"',
    example: 'route="/v1/api/points/balance",method="GET"',
  },
  {
    name: 'redeem',
    alert: 'LoyalNestRedeem',
    words: 'redeeming',
    requests: 'route="/v1/api/points/redeem"',
    example: 'route="/v1/api/points/redeem",method="POST"',
  },
];

const windows = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;
type Window = (typeof windows)[number];

export const sloGroups: readonly RuleGroup[] = objectives.map((objective) => ({
  file: 'slo',
  name: `loyalnest-slo-${objective.name}`,
  recordings: windows.map((window) => errorRatio(objective, window)),
  alerts: [burnsFast(objective), burnsSlowly(objective)],
}));

function ratioName({ name }: Objective, window: Window): string {
  return `loyalnest:${name}_errors:ratio_rate${window}`;
}

/** Of nothing asked there is no ratio. */
function errorRatio(objective: Objective, window: Window): Recording {
  const all = `sum(rate(${requests}{${objective.requests}}[${window}]))`;
  const failed = `sum(rate(${requests}{${objective.requests},status_class="5xx"}[${window}]))`;
  return { record: ratioName(objective, window), expr: `(${failed} or vector(0)) / (${all} > 0)` };
}

/** Burning so many times faster than 30 days allow, in the long window, and still in the short one. */
function burns(objective: Objective, factor: number, long: Window, short: Window): string {
  const limit = Number((factor * budget).toFixed(6));
  return `(${ratioName(objective, long)} > ${limit} and ${ratioName(objective, short)} > ${limit})`;
}

/** Within hours the budget of a month would be gone: 2% of it in an hour, or 5% in six. */
function burnsFast(objective: Objective): Alert {
  const { alert, words, example } = objective;
  return {
    name: `${alert}ErrorBudgetBurnsFast`,
    expr: `${burns(objective, 14.4, '1h', '5m')} or ${burns(objective, 6, '6h', '30m')}`,
    for: '2m',
    severity: 'page',
    summary: `So many requests fail that the error budget of ${words} (1% of 30 days) is gone within days`,
    cases: [
      { series: traffic(example, '0+10x90', '0+90x90'), at: '80m', fires: [{}] },
      { series: traffic(example, '0+0x90', '0+100x90'), at: '80m', fires: [] },
      // Over for longer than the short window: nobody is woken for what is past.
      { series: traffic(example, '0+20x60 1200x60', '0+80x120'), at: '119m', fires: [] },
    ],
  };
}

/** At this rate the budget does not last: 10% of it in a day, or in three. */
function burnsSlowly(objective: Objective): Alert {
  const { alert, words, example } = objective;
  return {
    name: `${alert}ErrorBudgetBurnsSlowly`,
    expr: `${burns(objective, 3, '1d', '2h')} or ${burns(objective, 1, '3d', '6h')}`,
    for: '1h',
    severity: 'ticket',
    summary: `A few requests fail all the time: the error budget of ${words} (1% of 30 days) does not last`,
    cases: [
      { series: traffic(example, '0+20x300', '0+480x300'), every: '15m', at: '70h', fires: [{}] },
      { series: traffic(example, '0+2x300', '0+498x300'), every: '15m', at: '70h', fires: [] },
    ],
  };
}

function traffic(example: string, failed: string, answered: string): Record<string, string> {
  return {
    [`${requests}{${example},status_class="5xx"}`]: failed,
    [`${requests}{${example},status_class="2xx"}`]: answered,
  };
}
