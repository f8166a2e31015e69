import type { ShopState } from '../state/shop-state.ts';
import type { World } from '../world.ts';
import { handleOf } from './app-address.ts';
import { checkFrameAncestors, type Ancestors } from './frame-ancestors.ts';
import type { FrameCheck } from './frame-checks.ts';

const ANSWER_MS = 10_000;
const REDIRECTS_MAX = 5;

export type CheckRequest = { address: string; adminOrigin: string; path: string; userAgent: string };

/** Asks the app for the page that the frame is about to show, and whether the admin may frame it. */
export async function checkFrame(world: World, state: ShopState, request: CheckRequest): Promise<FrameCheck> {
  const reason = await refusalOf(world, state, request);
  const outcome = reason === undefined ? 'framed' : 'refused';
  return world.frameChecks.record({ shop: state.domain, path: request.path, outcome, reason: reason ?? null });
}

async function refusalOf(world: World, state: ShopState, request: CheckRequest): Promise<string | undefined> {
  const appOrigin = new URL(world.appUrl).origin;
  let address = request.address;
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
    let response: Response;
    try {
      response = await fetch(address, {
        headers: { Accept: 'text/html', 'Sec-Fetch-Dest': 'iframe', 'User-Agent': request.userAgent },
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_MS),
      });
    } catch (error) {
      return `it did not answer at ${appOrigin}: ${(error as Error).message}`;
    }
    await response.body?.cancel();
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (location === null) return policyRefusal(state, response, request.adminOrigin);
    address = new URL(location, address).toString();
    // A frame that leaves the app (to the admin, to a sign-in) is no page of the app.
    if (new URL(address).origin !== appOrigin) return `it sends the frame away, to ${new URL(address).origin}`;
  }
  return 'it redirects without end';
}

function policyRefusal(state: ShopState, response: Response, adminOrigin: string): string | undefined {
  const policy = response.headers.get('content-security-policy');
  const result = checkFrameAncestors(policy === null ? [] : [policy], ancestorsOf(state, adminOrigin));
  return result.outcome === 'refused' ? result.reason : undefined;
}

export function ancestorsOf(state: ShopState, adminOrigin: string): Ancestors {
  const { port } = new URL(adminOrigin);
  const local = `http://${handleOf(state)}.localhost${port ? `:${port}` : ''}`;
  return {
    admin: adminOrigin,
    shop: [`https://${state.domain}`, local],
    alsoAllowed: ['https://admin.shopify.com'],
  };
}
