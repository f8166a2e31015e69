import { STATUS_CODES } from 'node:http';
import { errorCodes, type ErrorCode } from '@loyalnest/contracts/errors';
import type { Type } from '@nestjs/common';
import { GUARDS_METADATA } from '@nestjs/common/constants';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  DocumentBuilder,
  SwaggerModule,
  type OpenAPIObject,
  type OperationObject,
  type ResponseObject,
  type SchemaObject,
  type SecuritySchemeObject,
} from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { problemsOf, type DescribedGuard } from './api-description.ts';

/** Where the server tells its own API. */
export const apiDocumentPath = '/v1/openapi.json';

/** Serves the API document; it is made when somebody asks for it first. */
export function addApiDocument(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  let document: OpenAPIObject | undefined;
  fastify.get(apiDocumentPath, (_request, reply) => reply.send((document ??= describeApi(app))));
}

/** OpenAPI 3.1 of every controller in this process: what they take, what they give, and how they fail. */
export function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const routes = findRoutes(app);
  const components = new Map<string, string>();
  const settings = new DocumentBuilder()
    .setTitle('LoyalNest')
    .setVersion('1')
    .setDescription(introduction)
    .setOpenAPIVersion('3.1.0')
    .build();
  const document = SwaggerModule.createDocument(app, settings, {
    operationIdFactory: operationId,
    standardSchemaConverter(schema, { schemaType }) {
      const converted = toJsonSchema(schema as z.ZodType, schemaType);
      assertSame(converted.components, components);
      return converted;
    },
    autoTagControllers: false,
  });

  const ways: Record<string, SecuritySchemeObject> = {};
  const responses: Record<string, ResponseObject> = {};
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item) as OperationObject[]) {
      const route = routes.get(operation.operationId ?? '');
      if (!route) throw new Error(`${operation.operationId} is described but no controller has it`);
      describeGuards(operation, route.guards, ways);
      describeProblems(operation, route, responses);
    }
  }
  document.components = {
    schemas: { ...document.components?.schemas, Problem: problemSchema },
    responses,
    securitySchemes: ways,
  };
  return document;
}

const introduction = `Points, rewards and redemptions of a shop's customers.

Merchants' staff call with a session token of Shopify or an API token of LoyalNest in the \`Authorization\` header. Shoppers'
requests come through Shopify's app proxy, which signs them; then the customer is the one who is signed in to the shop.

Points are whole numbers. Amounts are whole minor units of the shop's currency. Ids of customers and orders are Shopify's
numeric ids. Times are RFC 3339 in UTC.

Lists are read page by page: hand \`nextCursor\` in as \`cursor\` until it is \`null\`. Writes that must not happen twice take an
\`Idempotency-Key\`: the same key with the same body gives the first answer again, with another body 409.

Failures are \`application/problem+json\` (RFC 9457); \`code\` is stable and says what happened.`;

const problemSchema: SchemaObject = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string', description: '`urn:loyalnest:problem:` and the code.' },
    title: { type: 'string', description: 'What the code means.' },
    status: { type: 'integer', description: 'The HTTP status.' },
    code: { type: 'string', enum: Object.keys(errorCodes), description: 'Stable; switch on this.' },
    detail: { type: 'string', description: 'What happened this time.' },
    issues: {
      type: 'array',
      description: 'Of `invalid-request`: what is wrong where.',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

type Guard = Type & Partial<DescribedGuard>;
type Route = { handler: object; guards: readonly Guard[] };

function findRoutes(app: NestFastifyApplication): Map<string, Route> {
  const routes = new Map<string, Route>();
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      if (typeof metatype !== 'function') continue;
      const prototype = metatype.prototype as Record<string, object>;
      for (const name of Object.getOwnPropertyNames(prototype)) {
        const handler = prototype[name];
        if (typeof handler !== 'function') continue;
        const guards = [...guardsOf(metatype), ...guardsOf(handler)];
        routes.set(operationId(metatype.name, name), { handler, guards });
      }
    }
  }
  return routes;
}

function guardsOf(target: object): Guard[] {
  return (Reflect.getMetadata(GUARDS_METADATA, target) as Guard[] | undefined) ?? [];
}

/** `BalanceController.history` is `balance_history`. */
function operationId(controller: string, method: string): string {
  const room = controller.replace(/Controller$/, '');
  return `${room.charAt(0).toLowerCase()}${room.slice(1)}_${method}`;
}

function describeGuards(
  operation: OperationObject,
  guards: readonly Guard[],
  ways: Record<string, SecuritySchemeObject>,
): void {
  for (const { name, description } of guards) {
    if (!description) throw new Error(`${name} does not say whom it lets in (http/api-description)`);
    Object.assign(ways, description.ways);
    operation.security = Object.keys(description.ways).map((way) => ({ [way]: [] }));
  }
}

function describeProblems(
  operation: OperationObject,
  { handler, guards }: Route,
  responses: Record<string, ResponseObject>,
): void {
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response && 'description' in response) response.description ||= STATUS_CODES[status] ?? '';
  }
  const codes = new Set([
    ...guards.flatMap(({ description }) => description?.problems ?? []),
    ...problemsOf(handler),
    ...impliedProblems(operation),
  ]);
  const byStatus = Map.groupBy([...codes], (code) => errorCodes[code].status);
  for (const [status, group] of [...byStatus].sort(([a], [b]) => a - b)) {
    const name = group.join('.');
    responses[name] ??= describeResponse(group);
    operation.responses[String(status)] = { $ref: `#/components/responses/${name}` };
  }
}

/** What the same machinery answers on every route like this one. */
function impliedProblems({ parameters = [], requestBody }: OperationObject): ErrorCode[] {
  const named = new Set(parameters.map((parameter) => ('name' in parameter ? parameter.name : '')));
  return [
    ...(named.size > 0 || requestBody ? (['invalid-request'] as const) : []),
    ...(named.has('cursor') ? (['invalid-cursor'] as const) : []),
    ...(requestBody ? (['invalid-json', 'body-too-large', 'unsupported-media-type'] as const) : []),
    ...(named.has('Idempotency-Key')
      ? (['idempotency-key-missing', 'idempotency-key-reused', 'request-in-progress'] as const)
      : []),
    'internal',
    'database-unavailable',
  ];
}

function describeResponse(codes: readonly ErrorCode[]): ResponseObject {
  const isLater = codes.some((code) => errorCodes[code].status === 503 || code === 'request-in-progress');
  return {
    description: codes.map((code) => `\`${code}\`: ${errorCodes[code].title}.`).join(' '),
    ...(isLater
      ? { headers: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } } }
      : {}),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { code: { type: 'string', enum: [...codes] } } },
          ],
        },
      },
    },
  };
}

/**
 * A schema as OpenAPI 3.1 has it; those that have an id become components. Answers may gain members, so their objects stay
 * open; and the bounds of safe integers, which every integer of ours has, are said once by the format.
 */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output') {
  const {
    $schema: _,
    $defs,
    ...json
  } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    override({ jsonSchema }) {
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      // The format says it; the pattern is how Zod checks it.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      if (jsonSchema.type !== 'integer') return;
      jsonSchema.format = 'int64';
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return { schema: json, components: $defs ?? {} };
}

/** A schema that is taken and given may differ between the two, by its defaults; then it needs two names. */
function assertSame(added: Readonly<Record<string, unknown>>, known: Map<string, string>): void {
  for (const [name, schema] of Object.entries(added)) {
    const text = JSON.stringify(schema);
    if ((known.get(name) ?? text) !== text) throw new Error(`two schemas are called ${name} in the API document`);
    known.set(name, text);
  }
}
