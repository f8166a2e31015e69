import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@loyalnest/contracts/errors';
import { z } from 'zod';
import { toProblem } from '../http/problem.ts';
import { isPosition, type LivePage, type LiveStreams, type LiveTopic, type PlacedEntry } from './live-streams.ts';

/** Entries read at once. With long lines, some megabytes that wait for a reader. */
const pageMax = 200;
/** Nobody sees the difference, and a reader who waits costs four commands a second. */
const pollMs = 250;
const awayPollMs = 1_000;
/** A reader who is gone is noticed when something is written to him. */
const silenceMaxMs = 15_000;
/** Operators, and what they have forgotten to close. */
const readersMax = 20;

/** As pino orders them. Below `info` nothing is live. */
const levels = ['info', 'warn', 'error', 'fatal'] as const;

const querySchema = z.object({
  after: z.string().refine(isPosition, 'is not one of ours').nullable(),
  /** Ids of merchants and domains of shops, with commas between: lines of one of them. */
  shop: z.string().min(1).nullable(),
  service: z.string().min(1).nullable(),
  level: z.enum(levels).nullable(),
});

type Query = z.infer<typeof querySchema>;

/** Answers `GET /live/logs` and `GET /live/queues` with server-sent events, whose ids are positions. Not for the public. */
export class LiveDoor {
  readonly #streams: LiveStreams;
  #readers = 0;

  constructor(streams: LiveStreams) {
    this.#streams = streams;
  }

  /** Whether this request was one for it. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const url = new URL(request.url ?? '/', 'http://here');
    const stream = ({ '/live/logs': 'logs', '/live/queues': 'queues' } as const)[url.pathname];
    if (request.method !== 'GET' || stream === undefined) return false;
    this.#tell({ request, response, url, stream }).catch((error: unknown) => sendProblem(response, error));
    return true;
  }

  async #tell(of: { request: IncomingMessage; response: ServerResponse; url: URL; stream: LiveTopic['stream'] }) {
    if (this.#readers >= readersMax) throw new AppError('too-many-requests', `${readersMax} read already`);
    const query = parseQuery(of.request, of.url);
    const topic = topicOf(of.stream, query);
    this.#readers += 1;
    try {
      const first = await this.#streams.read(topic, { after: query.after, limit: pageMax });
      of.response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      // Sent at once: whoever waits for the first line learns that he is heard.
      of.response.flushHeaders();
      await this.#follow(of.response, { topic, first, isWanted: filterOf(query) });
    } finally {
      this.#readers -= 1;
    }
  }

  async #follow(
    response: ServerResponse,
    of: { topic: LiveTopic; first: LivePage; isWanted: (entry: PlacedEntry) => boolean },
  ): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const { signal } = gone;
    let page: LivePage | undefined = of.first;
    let position = page.position;
    let isAway = false;
    let spokenAtMs = performance.now();
    while (!signal.aborted) {
      const text: string = page ? wordsFor(page, of.isWanted) : '';
      const isSilent = performance.now() - spokenAtMs > silenceMaxMs;
      if (text !== '' || isSilent) {
        spokenAtMs = performance.now();
        // A slow reader is waited for; what he has missed by then he is told of as a gap.
        if (!response.write(text || ':\n\n')) await once(response, 'drain', { signal }).catch(() => undefined);
      }
      if (!page || page.entries.length < pageMax)
        await sleep(isAway ? awayPollMs : pollMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        page = await this.#streams.read(of.topic, { after: position, limit: pageMax });
        ({ position } = page);
        isAway = false;
      } catch (error) {
        page = undefined;
        if (!isAway) response.write(`event: problem\ndata: ${JSON.stringify(problemOf(error))}\n\n`);
        isAway = true;
      }
    }
  }
}

function wordsFor(page: LivePage, isWanted: (entry: PlacedEntry) => boolean): string {
  const gap = page.isGap ? 'event: gap\ndata: {}\n\n' : '';
  const told = page.entries.filter(isWanted).map(({ position, text }) => `id: ${position}\ndata: ${text}\n\n`);
  // An id alone is heard by nobody and remembered by the reader: what does not concern him is behind him.
  const place = page.entries.length > told.length ? `id: ${page.position}\n\n` : '';
  return gap + told.join('') + place;
}

function parseQuery(request: IncomingMessage, url: URL): Query {
  const get = (name: string) => url.searchParams.get(name);
  // What a reader who comes back has heard last is newer than what he asked for at first.
  const after = request.headers['last-event-id'] ?? get('after');
  const parsed = querySchema.safeParse({ after, shop: get('shop'), service: get('service'), level: get('level') });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = issue?.path.join('.') ?? '';
  throw new AppError(name === 'after' ? 'invalid-cursor' : 'invalid-request', `${name}: ${issue?.message}`);
}

function topicOf(stream: LiveTopic['stream'], { shop }: Query): LiveTopic {
  const isMerchant = stream === 'logs' && shop !== null && /^\d{1,15}$/.test(shop);
  return { stream, merchantId: isMerchant ? Number(shop) : null };
}

type Line = { level?: string; service_name?: string; merchant_id?: number; shop_domain?: string };

function filterOf({ shop, service, level }: Query): (entry: PlacedEntry) => boolean {
  if (shop === null && service === null && level === null) return () => true;
  const shops = shop === null ? null : new Set(shop.split(','));
  const wantedLevels = new Set<string>(level === null ? levels : levels.slice(levels.indexOf(level)));
  return ({ text }) => {
    const line = JSON.parse(text) as Line;
    if (shops && !shops.has(String(line.merchant_id)) && !shops.has(line.shop_domain ?? '')) return false;
    // One process of several services speaks for all of them.
    if (service !== null && !line.service_name?.split('+').includes(service)) return false;
    return level === null || wantedLevels.has(line.level ?? '');
  };
}

function problemOf(error: unknown) {
  return toProblem(error instanceof AppError ? error : new AppError('internal', undefined, { cause: error }));
}

function sendProblem(response: ServerResponse, error: unknown): void {
  const problem = problemOf(error);
  if (response.headersSent) return void response.destroy();
  response.writeHead(problem.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
}
