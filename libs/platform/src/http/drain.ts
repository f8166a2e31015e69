import type { IncomingMessage } from 'node:http';

/** What is read of a refused body, and for how long, before the connection is cut. */
const drainedBytesMax = 64 * 1024 * 1024;
const drainMs = 5_000;

/**
 * Reads the rest of a body that nobody wants. Many clients write everything before they look for an answer; cut off in the
 * middle of that, they report a broken connection and never see why.
 */
export function drain(body: IncomingMessage, done: () => void): void {
  if (body.complete || body.destroyed) return done();
  let bytes = 0;
  const finish = () => {
    clearTimeout(timer);
    body.off('data', count).off('end', finish).off('close', finish).off('error', finish);
    done();
  };
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > drainedBytesMax) finish();
  };
  const timer = setTimeout(finish, drainMs);
  body.on('data', count).once('end', finish).once('close', finish).once('error', finish);
  body.resume();
}
