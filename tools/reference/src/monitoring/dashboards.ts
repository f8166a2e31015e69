import { api } from './dashboards/api.ts';
import { events } from './dashboards/events.ts';
import { ledger } from './dashboards/ledger.ts';
import { processes } from './dashboards/processes.ts';
import type { Dashboard } from './panel.ts';

export const dashboards: readonly Dashboard[] = [api, ledger, events, processes];
