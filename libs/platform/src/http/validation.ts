import { AppError } from '@loyalnest/contracts/errors';
import { applyDecorators, StandardSchemaValidationPipe } from '@nestjs/common';
import { ApiQuery, type ApiQueryOptions } from '@nestjs/swagger';
import type { z } from 'zod';
import { toJsonSchema } from './json-schema.ts';

type Step = PropertyKey | { readonly key: PropertyKey };
type Issue = { readonly message: string; readonly path?: readonly Step[] | undefined };

/** Issues told of one request. */
const issuesMax = 20;

/** What parameters and bodies with a schema go through. */
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: invalidRequest });
  }

  /** A query has no prototype and holds texts (`lastValues`): there is nothing to look for, and a look at nothing took a fortieth of a balance. */
  protected override stripProtoKeys(value: object | null | undefined): void {
    if (value == null || Object.getPrototypeOf(value) !== null) super.stripProtoKeys(value);
  }
}

/**
 * The query of a request for a handler that takes the request itself, which `ApiQueryOf` describes: parameters pass through Nest's pipes
 * by promises, and that took a tenth of a balance. Throws `invalid-request`.
 */
export function queryOf<T>(request: { query: unknown }, schema: z.ZodType<T>): T {
  const { success, data, error } = schema.safeParse(request.query);
  if (!success) throw invalidRequest(error.issues);
  return data;
}

/** Describes the query of a handler that reads it by `queryOf`. */
export function ApiQueryOf(schema: z.ZodObject): MethodDecorator {
  const { properties = {}, required = [] } = toJsonSchema(schema, 'input').schema;
  const parameters = Object.entries(properties).map(([name, property]) =>
    ApiQuery({ name, required: required.includes(name), schema: property } as ApiQueryOptions),
  );
  return applyDecorators(...parameters);
}

function invalidRequest(issues: readonly Issue[]): AppError {
  return new AppError('invalid-request', undefined, {
    details: {
      issues: issues.slice(0, issuesMax).map(({ path = [], message }) => ({
        path: path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.'),
        message,
      })),
    },
  });
}
