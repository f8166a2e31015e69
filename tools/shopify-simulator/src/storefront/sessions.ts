import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Random } from '../time/random.ts';

/** A shopper's visit; it ends with the simulator. */
export type Session = {
  customerId: number | null;
  /** Pieces per product. */
  cart: Map<number, number>;
  /** The discount code that is applied at the checkout. */
  code: string;
  locale: string;
};
export type Sessions = { byId: Map<string, Session>; random: Random };

const COOKIE = '_simulator_session';
/** Crawlers and scripts must not fill the memory; the oldest visits end first. */
const SESSIONS_MAX = 10_000;

export function createSessions(random: Random): Sessions {
  return { byId: new Map(), random };
}

export function findSession(sessions: Sessions, request: FastifyRequest): Session | undefined {
  const match = /(?:^|;\s*)_simulator_session=([0-9a-f]{32})/.exec(request.headers.cookie ?? '');
  return match?.[1] ? sessions.byId.get(match[1]) : undefined;
}

export function ensureSession(sessions: Sessions, request: FastifyRequest, reply: FastifyReply): Session {
  return (
    findSession(sessions, request) ??
    startSession(sessions, reply, { customerId: null, cart: new Map(), code: '', locale: 'en' })
  );
}

/** A new id whenever somebody logs in or out, with what was in the cart. */
export function startSession(sessions: Sessions, reply: FastifyReply, session: Session): Session {
  const id = sessions.random.hex(32);
  const oldest = sessions.byId.keys().next().value;
  if (sessions.byId.size >= SESSIONS_MAX && oldest) sessions.byId.delete(oldest);
  sessions.byId.set(id, session);
  void reply.header('Set-Cookie', `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax`);
  return session;
}
