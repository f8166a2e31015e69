import type { Socket } from 'node:net';
import pg from 'pg';

/** What `pg` has below its client. A replication connection needs it: the client itself knows nothing of such data. */
type Connection = {
  stream: Socket;
  on(event: 'copyData', listener: (message: { chunk: Buffer }) => void): void;
  off(event: 'copyData', listener: (message: { chunk: Buffer }) => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
};

type Row = Record<string, unknown>;

const connectTimeoutMs = 10_000;
/** Above this the server waits until what it sent was used. */
const waitingBytesMax = 16 * 1_024 * 1_024;

/**
 * A connection over which PostgreSQL sends copies of itself. It names a database, as ordinary ones do, so that no further
 * line in pg_hba.conf is needed; the role needs the REPLICATION attribute.
 */
export class WalSender {
  readonly #client: pg.Client;
  readonly #connection: Connection;

  private constructor(client: pg.Client) {
    this.#client = client;
    this.#connection = (client as unknown as { connection: Connection }).connection;
  }

  static async connect(url: string): Promise<WalSender> {
    const config = {
      connectionString: url,
      replication: 'database',
      application_name: 'loyalnest-backup',
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
    };
    const client = new pg.Client(config);
    // A connection that breaks is told to whoever waits for an answer.
    client.on('error', () => undefined);
    await client.connect();
    return new WalSender(client);
  }

  /** The rows of each result that the command brings. */
  async query(command: string): Promise<Row[][]> {
    const results: unknown = await this.#client.query<Row>(command);
    return (Array.isArray(results) ? results : [results]).map((result: pg.QueryResult<Row>) => result.rows);
  }

  /** Runs a command that answers with a stream, and yields it in pieces. Returns the results around it. */
  async *copy(command: string): AsyncGenerator<Buffer, Row[][]> {
    const waiting: Buffer[] = [];
    let waitingBytes = 0;
    let wake = () => undefined as void;
    const take = ({ chunk }: { chunk: Buffer }) => {
      // The parser uses its buffer again.
      waiting.push(Buffer.from(chunk));
      waitingBytes += chunk.length;
      if (waitingBytes > waitingBytesMax) this.#connection.stream.pause();
      wake();
    };
    this.#connection.on('copyData', take);
    let end: { rows: Row[][] } | { error: unknown } | undefined;
    const running = this.query(command).then(
      (rows) => (end = { rows }),
      (error: unknown) => (end = { error }),
    );
    void running.then(() => wake());
    try {
      for (;;) {
        const chunk = waiting.shift();
        if (chunk) {
          waitingBytes -= chunk.length;
          if (waitingBytes <= waitingBytesMax / 2) this.#connection.stream.resume();
          yield chunk;
        } else if (end) {
          if ('error' in end) throw end.error;
          return end.rows;
        } else {
          await new Promise<void>((settle) => (wake = settle));
        }
      }
    } finally {
      this.#connection.off('copyData', take);
    }
  }

  /** To the server, while it streams. */
  send(message: Buffer): void {
    this.#connection.sendCopyFromChunk(message);
  }

  /** Hangs up; a stream under way ends with an error. */
  close(): void {
    this.#connection.stream.destroy();
  }
}
