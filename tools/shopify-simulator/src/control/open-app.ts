import { createSessionToken } from '../oauth/session-token.ts';
import type { ShopState } from '../state/shop-state.ts';
import type { World } from '../world.ts';

const ANSWER_MS = 30_000;

export type AppAnswer = { status: number | null; body: unknown };

/** What the merchant's browser does when the embedded app opens: App Bridge's token goes to the app's log-in. */
export async function openApp(world: World, state: ShopState): Promise<AppAnswer> {
  const token = await createSessionToken(world, state);
  try {
    const response = await fetch(`${world.appUrl}/v1/api/auth/login`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: '{}',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  } catch (error) {
    return { status: null, body: `the app at ${world.appUrl} did not answer: ${(error as Error).message}` };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
