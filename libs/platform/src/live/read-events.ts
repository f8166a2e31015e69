/** A message of a stream of server-sent events. One that has an id alone says where to go on. */
export type SentEvent = { id: string | undefined; event: string; data: string };

/** What arrives over a stream of server-sent events, as `LiveDoor` writes it. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<SentEvent> {
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
    const messages = `${rest}${chunk}`.split('\n\n');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const fields = new Map(message.split('\n').map(splitField));
      yield { id: fields.get('id'), event: fields.get('event') ?? 'message', data: fields.get('data') ?? '' };
    }
  }
}

function splitField(line: string): [string, string] {
  const at = line.indexOf(': ');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 2)];
}
