import { Kind, print, type GraphQLError } from 'graphql';
import type { ApiError } from './validation.ts';

type Problem = { path: (string | number)[]; explanation: string };

/** The value of a variable does not fit its type, in Shopify's words. */
export function variableError(error: GraphQLError): ApiError {
  const match = /^Variable "\$(\w+)" has invalid value(?: at ([^:]+))?: (.*)$/s.exec(error.message);
  if (!match?.[1]) return { message: error.message, extensions: { code: 'INVALID_VARIABLE' } };
  const [, name, place = '', reason = ''] = match;
  const problem = problemOf(pathOf(place), reason);
  const definition = error.nodes?.find((node) => node.kind === Kind.VARIABLE_DEFINITION);
  const type = definition ? ` of type ${print(definition.type)}` : '';
  const where = problem.path.length > 0 ? ` for ${problem.path.join('.')} (${problem.explanation})` : '';
  return {
    message: `Variable $${name}${type} was provided invalid value${where}`,
    ...(error.locations ? { locations: error.locations } : {}),
    extensions: { code: 'INVALID_VARIABLE', problems: [problem] },
  };
}

function problemOf(path: Problem['path'], reason: string): Problem {
  const unknown = /^Expected value of type "(\w+)" not to include unknown field "(\w+)"/.exec(reason);
  if (unknown?.[2]) return { path: [...path, unknown[2]], explanation: `Field is not defined on ${unknown[1]}` };
  const required = /to include required field "(\w+)"/.exec(reason);
  if (required?.[1]) return { path: [...path, required[1]], explanation: 'Expected value to not be null' };
  if (/non-null type/.test(reason)) return { path, explanation: 'Expected value to not be null' };
  return { path, explanation: reason };
}

/** `.a.b[0].c` is `a`, `b`, 0, `c`. */
function pathOf(place: string): Problem['path'] {
  return [...place.matchAll(/\.(\w+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
}
