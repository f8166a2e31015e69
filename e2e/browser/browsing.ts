import { launchChromium } from '@loyalnest/browser/chromium';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

/** How long a page may take to show what is expected, on a machine that does other things as well. */
const patienceMs = 20_000;

type Trouble = { page: string; text: string };

export type Person = {
  context: BrowserContext;
  page: Page;
  /** Troubles like this one belong to the test that runs. */
  expects: (trouble: RegExp) => void;
};

export type Browsing = {
  /** Somebody with a browser of their own: no cookie of anybody else. */
  person(options?: BrowserContextOptions): Promise<Person>;
};

/**
 * One Chromium for the tests of a file. Whatever a page tells its console as an error, throws, or is refused by a content
 * security policy fails the test in which it happens, unless the test expects it.
 */
export function startBrowsing(): Browsing {
  let browser: Browser | undefined;
  let troubles: Trouble[] = [];
  let expected: RegExp[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  afterEach(() => {
    const unexpected = troubles.filter(({ text }) => !expected.some((pattern) => pattern.test(text)));
    troubles = [];
    expected = [];
    expect(unexpected).toEqual([]);
  });

  return {
    async person(options = {}) {
      if (!browser) throw new Error('people come once the browser has started');
      const context = await browser.newContext(options);
      context.setDefaultTimeout(patienceMs);
      const note = (page: string, text: string) => troubles.push({ page, text });
      context.on('console', (message) => {
        if (message.type() === 'error')
          note(message.page()?.url() ?? '', `${message.text()} (${message.location().url})`);
      });
      context.on('weberror', (error) => note(error.page()?.url() ?? '', String(error.error())));
      return { context, page: await context.newPage(), expects: (trouble) => expected.push(trouble) };
    },
  };
}

/** Waits until all of these can be seen. */
export async function expectShown(...places: Locator[]): Promise<void> {
  for (const place of places) await place.waitFor();
}
