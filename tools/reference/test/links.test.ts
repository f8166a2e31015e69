import { describe, expect, it } from 'vitest';
import { headingsOf, linksOf } from '../src/links.ts';

describe('linksOf', () => {
  it.each([
    ['[a](b.md)', ['b.md']],
    ['[a](b.md#c) and [d](#e)', ['b.md#c', '#e']],
    ['![a](b.png)', ['b.png']],
    ['[a](https://example.com) [b](mailto:c@example.com)', []],
    ['`[a](b.md)`', []],
    ['```\n[a](b.md)\n```\n[c](d.md)', ['d.md']],
  ])('finds in %j the relative targets %j', (markdown, links) => {
    expect(linksOf(markdown)).toEqual(links);
  });
});

describe('headingsOf', () => {
  it.each([
    ['# One thing', ['one-thing']],
    ["## Shopify's 200, and `code`", ['shopifys-200-and-code']],
    ['# A\n## A\n', ['a', 'a-1']],
    ['```sh\n# no heading\n```', []],
    ['## [Linked](x.md)', ['linked']],
  ])('names the headings of %j as %j', (markdown, headings) => {
    expect([...headingsOf(markdown)]).toEqual(headings);
  });
});
