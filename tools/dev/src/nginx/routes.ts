/** What a service says about itself (`apps/server/src/describe.ts`). */
export type Doors = { paths: string[]; sockets: string[]; rpc: string[]; topics: string[] };
export type RoutedService = { name: string; doors: Doors };

/** Where every service takes deliveries; the topic says whose one is. */
const webhookPath = '/webhooks/shopify';

/**
 * Whose addresses are whose, as patterns of nginx. The shortest beginning that belongs to one service alone stands for all
 * below it, so that what is not there is answered by the service that would have it.
 */
export function owners(services: readonly RoutedService[]): Record<string, string> {
  const owned = services.flatMap(({ name, doors }) =>
    [...doors.paths, ...doors.sockets]
      .filter((path) => path !== webhookPath)
      .map((path) => ({ name, steps: path.split('/').slice(1) })),
  );
  const patterns = owned.map(({ name, steps }) => [patternOf(name, steps), name] as const);
  // Nginx takes the first that fits: a name goes before anything that stands in the same place.
  return Object.fromEntries(patterns.sort(([a], [b]) => Number(a.includes(anything)) - Number(b.includes(anything))));

  function patternOf(name: string, steps: readonly string[]): string {
    const depth = steps.findIndex((_, index) => isAlone(name, steps.slice(0, index + 1)));
    if (depth >= 0) return `"~^${path(steps.slice(0, depth + 1))}(/|$)"`;
    const isShared = owned.some((other) => other.name !== name && path(other.steps) === path(steps));
    if (isShared) throw new Error(`${path(steps)} belongs to ${name} and to another service`);
    return `"~^${path(steps)}$"`;
  }

  function isAlone(name: string, beginning: readonly string[]): boolean {
    const start = path(beginning);
    return owned.every((other) => other.name === name || path(other.steps.slice(0, beginning.length)) !== start);
  }
}

/** A topic that nobody owns goes to a service that owns some: its door refuses in the same words as any other. */
export function topicOwners(services: readonly RoutedService[]): Record<string, string> {
  const owned = services.flatMap(({ name, doors }) => doors.topics.map((topic) => [`"${topic}"`, name] as const));
  const [first] = owned;
  return { default: first?.[1] ?? 'pages', ...Object.fromEntries(owned) };
}

export function knownTopics(services: readonly RoutedService[]): Record<string, string> {
  return Object.fromEntries(services.flatMap(({ doors }) => doors.topics.map((topic) => [`"${topic}"`, `"${topic}"`])));
}

const anything = '[^/]+';

function path(steps: readonly string[]): string {
  return steps
    .map((step) => (step.startsWith(':') ? `/${anything}` : `/${step.replaceAll('.', String.raw`\.`)}`))
    .join('');
}
