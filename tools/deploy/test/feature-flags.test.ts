import { flagsSchema } from '@loyalnest/platform/flags/flag';
import { expect, it } from 'vitest';
import { textOf } from './files.ts';

it('feature-flags.json is one that services start with', () => {
  expect(flagsSchema.safeParse(JSON.parse(textOf('feature-flags.json'))).error).toBeUndefined();
});
