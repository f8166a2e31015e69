import { AppError } from '@loyalnest/contracts/errors';
import { ConfigError, loadPagesConfig } from '@loyalnest/platform/config/config';
import { prepareLeaving } from '@loyalnest/platform/http/leave';
import { sendProblem } from '@loyalnest/platform/http/problem';
import { addSecurityHeaders } from '@loyalnest/platform/http/security-headers';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { fastify } from 'fastify';
import { dashboardFolder, dashboardPages } from './dashboard-pages.ts';
import { addReadiness } from './readiness.ts';

// The pages alone, for the shape in which every service is a process of its own: it serves what no service owns, knows no
// secret and reaches no database.

try {
  const config = loadPagesConfig(process.env);
  const logger = createLogger({ level: config.LOG_LEVEL, service: 'pages' });
  const server = fastify({ trustProxy: 'loopback' });
  const leave = prepareLeaving(server);
  addSecurityHeaders(server);
  server.setNotFoundHandler((_request, reply) => sendProblem(reply, new AppError('not-found')));
  server.setErrorHandler((error, _request, reply) => {
    logger.error({ err: error }, 'a page could not be served');
    sendProblem(reply, new AppError('internal'));
  });
  addReadiness(server, config.SERVICE_URLS);
  dashboardPages(dashboardFolder)(server, config);
  const url = await server.listen({ port: config.PORT, host: config.HOST });
  logger.info({ url }, 'listening');
  const end = async () => {
    await leave(config.DRAIN_MS);
    await server.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void end());
  }
} catch (error) {
  const reason = error instanceof ConfigError ? error.message : ((error as Error).stack ?? String(error));
  process.stderr.write(`cannot start: ${reason}\n`);
  process.exit(1);
}
