import type { RedemptionResponse } from '@loyalnest/contracts/rest/points';
import { isFinal, type Answer, type Api } from './client.ts';
import { endIntent, ensureIntent, findIntent, type IntentStorage } from './redeem-intent.ts';

/** Another request with the same key is still running: it is asked for its answer so often, so far apart. */
const askAgainMax = 5;
const askAgainMs = 1_000;
/** A code that Shopify has not made yet is looked for so often; afterwards it shows among the codes. */
const lookMax = 10;
const lookMs = 2_000;

type Who = { customerId: number };

/** Takes a reward once, however often it is asked for until there is an answer. */
export async function redeemReward(
  api: Api,
  storage: IntentStorage,
  wish: Who & { rewardId: number },
): Promise<Answer<RedemptionResponse>> {
  const intent = ensureIntent(storage, { ...wish, now: Date.now(), newKey: randomKey() });
  let answer = await api.redeem(intent.rewardId, intent.key);
  for (let asked = 0; asked < askAgainMax && isInProgress(answer); asked += 1) {
    await pause(askAgainMs);
    answer = await api.redeem(intent.rewardId, intent.key);
  }
  if (isFinal(answer)) endIntent(storage);
  return answer;
}

/** The reward that was confirmed on a page that went away before the answer came. */
export function findUnanswered(storage: IntentStorage, { customerId }: Who): { rewardId: number } | undefined {
  return findIntent(storage, { customerId, now: Date.now() });
}

/** Waits for a code that is being made. */
export async function awaitCode(api: Api, taken: RedemptionResponse): Promise<RedemptionResponse> {
  let latest = taken;
  for (let looked = 0; looked < lookMax && latest.status === 'held'; looked += 1) {
    await pause(lookMs);
    const answer = await api.redemption(taken.redemptionId);
    if (answer.outcome === 'ok') latest = answer.body;
  }
  return latest;
}

function isInProgress(answer: Answer<unknown>): boolean {
  return answer.outcome === 'problem' && answer.code === 'request-in-progress';
}

/** `crypto.randomUUID` exists on https pages only. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
