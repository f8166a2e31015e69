/** Units as Grafana calls them. */
export type Unit = 'short' | 's' | 'percentunit' | 'reqps' | 'bytes' | 'ops' | 'dateTimeFromNow';

export type Query = { expr: string; legend: string };

export type Panel = {
  title: string;
  /** What it shows and what is normal, for who sees it for the first time. */
  description: string;
  kind?: 'timeseries' | 'stat';
  unit: Unit;
  queries: readonly Query[];
  /** Above it the figure is red. */
  limit?: number;
};

export type Dashboard = { uid: string; title: string; rows: readonly { title: string; panels: readonly Panel[] }[] };

const columns = 24;
const height = 8;
/** Panels side by side: more cannot be read. */
const perLineMax = 3;

/** The dashboard as Grafana imports it. Ids and places follow from the order, so that a change is seen where it was made. */
export function grafanaDashboard({ uid, title, rows }: Dashboard): object {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y, w: columns, h: 1 },
    });
    y += 1;
    const perLine = Math.min(perLineMax, row.panels.length);
    const w = Math.floor(columns / perLine);
    row.panels.forEach((panel, nth) => {
      const gridPos = { x: (nth % perLine) * w, y: y + Math.floor(nth / perLine) * height, w, h: height };
      panels.push(grafanaPanel(panel, panels.length + 1, gridPos));
    });
    y += Math.ceil(row.panels.length / perLine) * height;
  }
  return {
    uid,
    title,
    tags: ['loyalnest'],
    schemaVersion: 39,
    editable: false,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: {
      list: [
        { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', current: {}, hide: 0 },
      ],
    },
    annotations: { list: [] },
    links: [{ title: 'LoyalNest', type: 'dashboards', tags: ['loyalnest'], asDropdown: true }],
    panels,
  };
}

const datasource = { type: 'prometheus', uid: '${datasource}' };

function grafanaPanel(panel: Panel, id: number, gridPos: object): object {
  const { title, description, kind = 'timeseries', unit, queries, limit } = panel;
  const steps = [{ color: 'green', value: null }, ...(limit === undefined ? [] : [{ color: 'red', value: limit }])];
  return {
    id,
    type: kind,
    title,
    description,
    gridPos,
    datasource,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        thresholds: { mode: 'absolute', steps },
        custom:
          kind === 'stat' ? {} : { fillOpacity: 10, thresholdsStyle: { mode: limit === undefined ? 'off' : 'line' } },
      },
      overrides: [],
    },
    options:
      kind === 'stat'
        ? { colorMode: 'value', reduceOptions: { calcs: ['lastNotNull'] } }
        : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: queries.map(({ expr, legend }, nth) => ({
      refId: String.fromCodePoint(65 + nth),
      datasource,
      expr,
      legendFormat: legend,
    })),
  };
}
