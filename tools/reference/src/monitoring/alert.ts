/** Somebody is woken, or it can wait for the morning. */
export type Severity = 'page' | 'ticket';

/** What Prometheus has read, in the notation of `promtool test rules`: `{ 'up{job="loyalnest"}': '1x5 0x10' }`. */
export type Series = Readonly<Record<string, string>>;

/** A course of things, and what has to be said of it at a moment. */
export type AlertCase = {
  series: Series;
  /** Time between two values, and between two looks at the rules; a minute unless told. */
  every?: string;
  at: string;
  /** Labels of each alert that fires then, beside its severity; none of them: it is silent. */
  fires: readonly Readonly<Record<string, string>>[];
};

/**
 * An alert is about something that a person has to do, now or today; docs/runbook.md says what, under the alert's name.
 * Every alert has a case in which it fires and one in which it must not.
 */
export type Alert = {
  /** Begins with `LoyalNest`. */
  name: string;
  expr: string;
  for?: string;
  severity: Severity;
  /** One line, the same whatever fired: labels say the rest. */
  summary: string;
  cases: readonly [AlertCase, AlertCase, ...AlertCase[]];
};

export type Recording = { record: string; expr: string; labels?: Readonly<Record<string, string>> };

/** Rules that one look computes together, in the file `rules/FILE.yml`. */
export type RuleGroup = { file: string; name: string; recordings?: readonly Recording[]; alerts?: readonly Alert[] };
