/** Each page and tab of the dashboard, with the keys of what it says when there is nothing, and when nothing comes. */
export const dashboardPages = [
  { path: '/', title: 'welcome.title', empty: 'welcome.stepsTitle', failed: 'welcome.errorTitle' },
  { path: '/customers', title: 'customers.title', empty: 'customers.emptyTitle', failed: 'customers.errorTitle' },
  { path: '/programme', title: 'settings.title', empty: 'settings.preview.noOrders', failed: 'settings.loadFailed' },
  {
    path: '/activity',
    title: 'activity.title',
    empty: 'activity.transfers.noneTitle',
    failed: 'activity.transfers.errorTitle',
  },
  {
    path: '/activity?tab=redemptions',
    title: 'activity.title',
    empty: 'activity.redemptions.noneTitle',
    failed: 'activity.redemptions.errorTitle',
  },
  {
    path: '/activity?tab=webhooks',
    title: 'activity.title',
    empty: 'activity.webhooks.noneTitle',
    failed: 'activity.webhooks.errorTitle',
  },
  {
    path: '/ledger-health',
    title: 'ledgerHealth.title',
    empty: 'ledgerHealth.proof.neverTitle',
    failed: 'ledgerHealth.loadFailed',
  },
] as const;
