import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client.ts';
import { App } from './app.tsx';
import { startI18n } from './i18n/i18n.ts';
import { createRouter, preloadPage } from './routes.tsx';
import { askEarly } from './shell/ask-early.ts';
import { reloadAfterDeployment } from './shell/reload.ts';
import { keepShopifyQuery } from './shell/shopify-query.ts';
import { adminLocale } from './shopify/app-bridge.ts';
import './shell/styles.css';

reloadAfterDeployment();
const queryClient = createQueryClient();
// The language is read before its parameter is put away.
const admin = adminLocale();
const tags = [...(admin ? [admin] : []), ...navigator.languages];
keepShopifyQuery();
askEarly(queryClient, new URL(location.href));
preloadPage(location.pathname);

const language = await startI18n(tags);
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App queryClient={queryClient} router={createRouter()} language={language} admin={admin} />
  </StrictMode>,
);
