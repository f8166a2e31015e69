import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const bodyBytesMax = 20 * 1024 * 1024;

const batchSchema = z.object({
  api_key: z.string(),
  historical_migration: z.boolean().optional(),
  batch: z
    .array(
      z.object({
        uuid: z.uuid(),
        event: z.string().min(1).max(200),
        distinct_id: z.string().min(1).max(200),
        timestamp: z.iso.datetime({ offset: true }),
        properties: z.record(z.string(), z.unknown()),
      }),
    )
    .min(1),
});

export type PostHogBatch = z.infer<typeof batchSchema>;

export type FakePostHog = {
  url: string;
  /** What was accepted. */
  batches: PostHogBatch[];
  /** The events that PostHog would keep: one of each uuid. */
  events(): PostHogBatch['batch'];
  requests(): number;
  /** What happens to the next requests: a status with headers, or silence. */
  next: ({ status: number; headers?: Record<string, string> } | 'silence')[];
  /** Called before an answer, with what came. */
  refuses?: (batch: PostHogBatch) => boolean;
  close(): Promise<void>;
};

/** PostHog at its HTTP edge. */
export async function startFakePostHog(key: string): Promise<FakePostHog> {
  const batches: PostHogBatch[] = [];
  const next: FakePostHog['next'] = [];
  let requests = 0;
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1;
    const planned = next.shift();
    if (planned === 'silence') return;
    const body = await readBody(request);
    const status = planned?.status ?? judge(request, body);
    if (status === 200) batches.push(JSON.parse(body ?? '') as PostHogBatch);
    response.writeHead(status, { 'content-type': 'application/json', ...planned?.headers }).end('{}');
  }

  function judge(request: IncomingMessage, body: string | undefined): number {
    if (request.method !== 'POST' || request.url !== '/batch/') return 404;
    if (!request.headers['content-type']?.startsWith('application/json')) return 400;
    if (body === undefined) return 413;
    const parsed = batchSchema.safeParse(parseJson(body));
    if (!parsed.success) return 400;
    if (parsed.data.api_key !== key) return 401;
    return fake.refuses?.(parsed.data) ? 400 : 200;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakePostHog = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    batches,
    events: () => [...new Map(batches.flatMap(({ batch }) => batch).map((event) => [event.uuid, event])).values()],
    requests: () => requests,
    next,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** `undefined` for more than PostHog takes. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return body.length > bodyBytesMax ? undefined : body.toString('utf8');
}
