import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';

/** A request of the control API that cannot be done; the message is for the person who made it. */
export class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw new ControlError(400, issues.join('; '));
}

export function answerErrors(scope: FastifyInstance): void {
  scope.setErrorHandler((error: FastifyError | ControlError, _request, reply): FastifyReply => {
    const status = error instanceof ControlError ? error.status : (error.statusCode ?? 500);
    return reply.code(status).send({ error: error.message });
  });
}
