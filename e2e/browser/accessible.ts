import { settle } from '@loyalnest/browser/settle';
import axe from 'axe-core';
import type { Frame, Page } from 'playwright-core';
import { expect } from 'vitest';

/** WCAG 2.1 A and AA. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const run = `axe.run(document, { runOnly: ${JSON.stringify(tags)}, resultTypes: ['violations'] })`;

type Result = { violations: { id: string; help: string; nodes: { target: unknown; failureSummary: string }[] }[] };

/**
 * What is shown now breaks no rule: in the app's frame if there is one, else in the page with the widget's shadow tree.
 * The admin around the app is not ours.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await settle(page);
  await expectNoViolations(page.frame({ name: 'app-iframe' }) ?? page.mainFrame());
}

/** As `expectAccessible`, for a page that is still waiting for something. */
export async function expectNoViolations(frame: Frame): Promise<void> {
  // What Chromium evaluates for its debugger is not bound by the page's policy, and leaves no script in the document.
  await frame.evaluate(axe.source);
  const { violations } = await frame.evaluate<Result>(run);
  const found = violations.map(({ id, help, nodes }) => ({
    rule: `${id}: ${help}`,
    places: nodes.map(({ target, failureSummary }) => `${JSON.stringify(target)} ${failureSummary}`),
  }));
  const language = await frame.evaluate<string>('document.documentElement.lang');
  expect(found, `${frame.url()} in ${language}`).toEqual([]);
}
