import { describe, expect, it } from 'vitest';
import { adminLink, widgetState } from '../src/pages/welcome/widget-state.ts';

const editorPath = '/themes/current/editor?context=apps&activateAppId=id/block';
const seen = '2026-03-02T00:00:00Z';

describe('the widget in the storefront', () => {
  it.each([
    ['on', null, 'on', 'success', undefined],
    ['on', seen, 'on', 'success', undefined],
    ['off', null, 'off', 'warning', editorPath],
    ['off', seen, 'off', 'warning', editorPath],
    ['unknown', null, 'unknown', 'base', editorPath],
    ['unknown', seen, 'unknown', 'base', undefined],
  ] as const)('whose block is %s, seen %s: %s', (state, seenAt, block, tone, path) => {
    expect(widgetState({ state, editorPath }, seenAt)).toEqual({ block, tone, editorPath: path });
  });

  it('of which the server said nothing is unknown', () => {
    expect(widgetState(undefined, seen)).toEqual({ block: 'unknown', tone: 'base', editorPath: undefined });
  });

  it('is switched on in a page of the admin', () => {
    expect(adminLink(editorPath)).toBe(`shopify://admin${editorPath}`);
  });
});
