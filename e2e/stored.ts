import pg from 'pg';
import type { Running } from './running.ts';

/** What is in the database, for assertions about what is kept and how. Looks with the owner's eyes: at every shop. */
export class Stored {
  readonly #pool: pg.Pool;

  constructor({ ownerUrl }: Running) {
    this.#pool = new pg.Pool({ connectionString: ownerUrl, max: 2 });
    this.#pool.on('error', () => undefined);
  }

  async rows<R extends object = Record<string, unknown>>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await this.#pool.query(text, values)).rows as R[];
  }

  async count(table: string, where: string, values: unknown[]): Promise<number> {
    const [row] = await this.rows<{ count: number }>(
      `select count(*)::int as count from ${table} where ${where}`,
      values,
    );
    return row?.count ?? 0;
  }

  ordersWithId(orderId: number): Promise<number> {
    return this.count('points.orders', 'order_id = $1', [orderId]);
  }

  transfersOf(orderId: number): Promise<number> {
    return this.count('points.points_transactions', 'order_id = $1', [orderId]);
  }

  failures(webhookId: string): Promise<{ reason: string; body: Buffer; attempts: number; topic: string }[]> {
    return this.rows('select topic, reason, body, attempts from points.webhook_failures where webhook_id = $1', [
      webhookId,
    ]);
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
