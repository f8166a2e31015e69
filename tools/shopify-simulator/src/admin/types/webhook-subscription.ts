import type { Subscription } from '../../state/entities.ts';
import { findGidNumber, gid } from '../../time/ids.ts';
import { utcTime, wholeSecond } from '../../time/shop-time.ts';
import { byId, connect, sortedItems } from '../connection.ts';
import { notSimulated, properties, typed, userError, type Args, type Context, type Resolvers } from '../resolver.ts';
import { API_VERSION } from '../schema.ts';

type Input = { uri?: string; callbackUrl?: string; format?: string } & Record<string, unknown>;

const SIMULATED_INPUTS = new Set(['uri', 'callbackUrl', 'format']);

export const subscriptionTypes: Resolvers = {
  QueryRoot: {
    webhookSubscription: (_source, args, { state }) =>
      state.subscriptions.find(findGidNumber(String(args['id']), 'WebhookSubscription') ?? 0) ?? null,
    webhookSubscriptions: (_source, args, { state }) => {
      if (args['query']) throw notSimulated('webhookSubscriptions query');
      const topics = args['topics'] as string[] | undefined;
      const uri = args['uri'] ?? args['callbackUrl'];
      const subscriptions = sortedItems(state.subscriptions, byId<Subscription>())
        .filter(({ topic }) => !topics || topics.includes(topic))
        .filter((subscription) => !uri || subscription.uri === uri);
      return connect(subscriptions, args, byId<Subscription>());
    },
  },
  Mutation: { webhookSubscriptionCreate: create, webhookSubscriptionUpdate: update, webhookSubscriptionDelete: remove },
  WebhookSubscription: typed<Subscription>({
    id: ({ id }) => gid('WebhookSubscription', id),
    legacyResourceId: ({ id }) => String(id),
    topic: ({ topic }) => topic,
    uri: ({ uri }) => uri,
    callbackUrl: ({ uri }) => uri,
    endpoint: ({ uri }) => ({ __typename: 'WebhookHttpEndpoint', callbackUrl: uri }),
    format: () => 'JSON',
    includeFields: () => [],
    metafieldNamespaces: () => [],
    apiVersion: () => ({ handle: API_VERSION, displayName: API_VERSION, supported: true }),
    createdAt: ({ createdAt }) => utcTime(createdAt),
    updatedAt: ({ updatedAt }) => utcTime(updatedAt),
  }),
  WebhookHttpEndpoint: properties('callbackUrl'),
  ApiVersion: properties('handle', 'displayName', 'supported'),
  WebhookSubscriptionCreatePayload: properties('webhookSubscription', 'userErrors'),
  WebhookSubscriptionUpdatePayload: properties('webhookSubscription', 'userErrors'),
  WebhookSubscriptionDeletePayload: properties('deletedWebhookSubscriptionId', 'userErrors'),
};

function create(_source: unknown, args: Args, { world, state }: Context) {
  const topic = String(args['topic']);
  const uri = addressOf(args['webhookSubscription'] as Input);
  const refused = refusal(state.subscriptions.values(), { topic, uri, appUrl: world.appUrl });
  if (refused) return { webhookSubscription: null, userErrors: [refused] };
  const now = wholeSecond(world.clock.now());
  const id = world.store.nextId();
  const subscription = state.subscriptions.set(id, { id, topic, uri, createdAt: now, updatedAt: now });
  return { webhookSubscription: subscription, userErrors: [] };
}

function update(_source: unknown, args: Args, { world, state }: Context) {
  const old = state.subscriptions.find(findGidNumber(String(args['id']), 'WebhookSubscription') ?? 0);
  if (!old) return missing('webhookSubscription');
  const uri = addressOf(args['webhookSubscription'] as Input) || old.uri;
  const others = [...state.subscriptions.values()].filter(({ id }) => id !== old.id);
  const refused = refusal(others, { topic: old.topic, uri, appUrl: world.appUrl });
  if (refused) return { webhookSubscription: null, userErrors: [refused] };
  const changed = state.subscriptions.set(old.id, { ...old, uri, updatedAt: wholeSecond(world.clock.now()) });
  return { webhookSubscription: changed, userErrors: [] };
}

function remove(_source: unknown, args: Args, { state }: Context) {
  const id = String(args['id']);
  if (!state.subscriptions.delete(findGidNumber(id, 'WebhookSubscription') ?? 0)) {
    return missing('deletedWebhookSubscriptionId');
  }
  return { deletedWebhookSubscriptionId: id, userErrors: [] };
}

function addressOf(input: Input): string {
  for (const [name, value] of Object.entries(input)) {
    if (!SIMULATED_INPUTS.has(name)) throw notSimulated(`WebhookSubscriptionInput.${name}`);
    if (name === 'format' && value !== 'JSON') throw notSimulated(`WebhookSubscriptionFormat.${String(value)}`);
  }
  return input.uri ?? input.callbackUrl ?? '';
}

type Wanted = { topic: string; uri: string; appUrl: string };

/** Shopify takes https only; the app's own address may be plain http here, as there are no certificates. */
function refusal(existing: Iterable<Subscription>, { topic, uri, appUrl }: Wanted) {
  const field = ['webhookSubscription', 'callbackUrl'];
  if (uri === '') return userError(field, "Address can't be blank");
  if (!URL.canParse(uri)) return userError(field, 'Address is invalid');
  const url = new URL(uri);
  if (url.protocol !== 'https:' && url.origin !== new URL(appUrl).origin && !isLoopback(url.hostname)) {
    return userError(field, `Address protocol ${url.protocol}// is not supported`);
  }
  for (const subscription of existing) {
    if (subscription.topic === topic && subscription.uri === uri) {
      return userError(field, 'Address for this topic has already been taken');
    }
  }
  return undefined;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}

function missing(name: string) {
  return { [name]: null, userErrors: [userError(['id'], 'Webhook subscription does not exist')] };
}
