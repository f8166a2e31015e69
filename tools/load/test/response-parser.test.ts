import { describe, expect, it } from 'vitest';
import { ResponseParser } from '../src/http/response-parser.ts';

const noBody =
  'HTTP/1.1 200 OK\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n';
const problem = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 17\r\n\r\n{"code":"away"}\r\n';

function statusesOf(chunks: readonly string[]): number[] {
  const statuses: number[] = [];
  const parser = new ResponseParser((status) => statuses.push(status));
  for (const chunk of chunks) parser.push(Buffer.from(chunk));
  return statuses;
}

describe('the response parser', () => {
  it('finds an answer without a body, and one with', () => {
    expect(statusesOf([noBody, problem, noBody])).toEqual([200, 503, 200]);
  });

  it('finds an answer wherever it is cut', () => {
    for (let cut = 1; cut < problem.length; cut += 1) {
      expect(statusesOf([problem.slice(0, cut), problem.slice(cut), noBody])).toEqual([503, 200]);
    }
  });

  it('keeps nothing of a buffer that is written to again', () => {
    const statuses: number[] = [];
    const parser = new ResponseParser((status) => statuses.push(status));
    const reused = Buffer.alloc(20);
    for (let at = 0; at < noBody.length; at += reused.length) {
      const length = reused.write(noBody.slice(at, at + reused.length));
      parser.push(reused.subarray(0, length));
    }
    expect(statuses).toEqual([200]);
  });

  it('refuses answers it would misread', () => {
    expect(() => statusesOf(['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'])).toThrow('without a length');
    expect(() => statusesOf([noBody + noBody])).toThrow('more bytes');
  });
});
