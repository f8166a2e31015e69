import { errorCodes } from '@loyalnest/contracts/errors';
import { code, generatedFrom, table } from './markdown.ts';
import type { Api, Operation } from './server.ts';

/** docs/errors.md: every problem code, and which routes promise it. */
export function describeErrors(api: Api): string {
  const routes = routesByCode(api);
  const rows = Object.entries(errorCodes).map(([name, { status, title }]) => {
    return [code(name), String(status), title, describeRoutes(routes.get(name) ?? [])];
  });
  return `${generatedFrom('libs/contracts/src/errors.ts')}

# Problems

Whatever fails is answered with \`application/problem+json\` (RFC 9457). \`code\` is stable: programs switch on it, never on
\`title\` or \`detail\`. Some codes bring members of their own, such as \`issues\` of \`invalid-request\`. Between services the same
code travels in the gRPC metadata \`error-code\`, and the gRPC status follows from the HTTP status.

\`\`\`json
{
  "type": "urn:loyalnest:problem:insufficient-points",
  "title": "${errorCodes['insufficient-points'].title}",
  "status": ${errorCodes['insufficient-points'].status},
  "code": "insufficient-points",
  "detail": "${errorCodes['insufficient-points'].title}",
  "available": 120
}
\`\`\`

${table(['code', 'status', 'title', 'promised by'], rows)}

[openapi.json](openapi.json) says it route by route. A code without a route comes from the webhook door, from before the
routes, or from calls between services.
`;
}

/** More than these are not worth a list; openapi.json has it. */
const routesMax = 3;

function describeRoutes(routes: readonly string[]): string {
  return routes.length > routesMax ? `${routes.length} routes` : routes.map(code).join('<br>');
}

function routesByCode(api: Api): Map<string, string[]> {
  const routes = new Map<string, string[]>();
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      for (const name of codesOf(operation)) {
        const known = routes.get(name) ?? [];
        routes.set(name, [...known, `${method.toUpperCase()} ${path}`]);
      }
    }
  }
  return routes;
}

/** The names of shared problem responses are the codes they hold, joined by dots (platform/http/api-document). */
function codesOf({ responses }: Operation): string[] {
  return Object.values(responses).flatMap(({ $ref }) => $ref?.split('/').at(-1)?.split('.') ?? []);
}
