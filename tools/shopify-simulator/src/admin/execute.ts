import {
  execute,
  getNamedType,
  GraphQLError,
  isObjectType,
  Kind,
  parse,
  validate,
  type DocumentNode,
  type GraphQLFieldResolver,
  type OperationDefinitionNode,
} from 'graphql';
import type { UserErrorFault } from '../faults/fault-types.ts';
import { checkAccess } from './access.ts';
import { PAGE_MAX } from './connection.ts';
import { QUERY_COST_MAX, queryCost } from './cost.ts';
import { userError, type Context } from './resolver.ts';
import { loadSchema, type AdminSchema } from './schema.ts';
import { findResolver, notSimulatedErrors } from './simulated.ts';
import { syntaxError, validationErrors, type ApiError } from './validation.ts';
import { variableError } from './variable-error.ts';

export type GraphqlRequest = { query: string; operationName?: string | undefined; variables: Record<string, unknown> };

export type Prepared =
  | { outcome: 'refused'; errors: ApiError[]; requestedCost: number | undefined }
  | { outcome: 'ready'; requestedCost: number; run(context: Context): Promise<Executed> };

export type Executed = { data: unknown; errors: ApiError[] | undefined; actualCost: number };

/** Parsed and validated documents; the product sends the same few again and again. */
const DOCUMENTS_MAX = 500;
const documents = new Map<string, DocumentNode | ApiError[]>();

/** Validates against Shopify's schema and calculates the cost. Nothing is executed yet. */
export function prepare(request: GraphqlRequest): Prepared {
  const schema = loadSchema();
  const document = readDocument(schema, request.query);
  if (Array.isArray(document)) return { outcome: 'refused', errors: document, requestedCost: undefined };
  const operation = findOperation(document, request.operationName);
  if (!operation) {
    const message = request.operationName
      ? `No operation named "${request.operationName}"`
      : 'An operation name is required';
    return { outcome: 'refused', errors: [{ message }], requestedCost: undefined };
  }
  const variables = withDefaults(operation, request.variables);
  const cost = { schema: schema.graphql, document, operation, variables };
  const requestedCost = queryCost(cost);
  if (requestedCost > QUERY_COST_MAX) {
    return { outcome: 'refused', errors: [tooExpensive(requestedCost)], requestedCost };
  }
  const missing = notSimulatedErrors(schema.graphql, document);
  if (missing.length > 0) return { outcome: 'refused', errors: missing, requestedCost };

  return {
    outcome: 'ready',
    requestedCost,
    async run(context) {
      const result = await execute({
        schema: schema.graphql,
        document,
        variableValues: request.variables,
        contextValue: context,
        fieldResolver: resolverFor(schema),
        ...(request.operationName ? { operationName: request.operationName } : {}),
      });
      const errors = result.errors?.map((error) => (error.path ? fieldError(error) : variableError(error)));
      const actualCost = result.data ? Math.min(requestedCost, queryCost({ ...cost, data: result.data })) : 0;
      return { data: result.data, errors, actualCost };
    },
  };
}

function readDocument(schema: AdminSchema, query: string): DocumentNode | ApiError[] {
  const known = documents.get(query);
  if (known) return known;
  const read = parseAndValidate(schema, query);
  if (documents.size >= DOCUMENTS_MAX) documents.clear();
  documents.set(query, read);
  return read;
}

function parseAndValidate(schema: AdminSchema, query: string): DocumentNode | ApiError[] {
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    return [syntaxError(error as GraphQLError)];
  }
  const errors = validate(schema.graphql, document);
  return errors.length > 0 ? validationErrors(document, errors) : document;
}

/** Checks access, sizes and faults, then answers the field. */
function resolverFor(schema: AdminSchema): GraphQLFieldResolver<unknown, Context> {
  return (source, args, context, info) => {
    const parent = info.parentType.name;
    const field = info.parentType.getFields()[info.fieldName];
    if (field) checkAccess(schema, parent, field, context);
    if (parent === 'Mutation') {
      checkInputSizes(args, [info.fieldName]);
      const fault = context.world.faults.takeUserError(context.state.domain, info.fieldName);
      if (fault) return failedPayload(info.schema.getType(getNamedType(info.returnType).name), fault);
    }
    const resolver = findResolver(parent, info.fieldName);
    if (resolver) return resolver(source, args, context);
    return (source as Record<string, unknown>)[info.fieldName];
  };
}

/** What a mutation answers that Shopify refuses: nothing but the user error. */
function failedPayload(type: unknown, fault: UserErrorFault): Record<string, unknown> {
  const names = isObjectType(type) ? Object.keys(type.getFields()) : [];
  const empty = Object.fromEntries(names.map((name) => [name, null]));
  return { ...empty, userErrors: [userError(fault.field, fault.message, fault.code ?? null)] };
}

function checkInputSizes(value: unknown, path: string[]): void {
  if (Array.isArray(value) && value.length > PAGE_MAX) {
    const message = `The input array size of ${value.length} is greater than the maximum allowed of ${PAGE_MAX}.`;
    throw new GraphQLError(message, { extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED', inputPath: path } });
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) checkInputSizes(child, [...path, key]);
}

function findOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (name === undefined) return operations.length === 1 ? operations[0] : undefined;
  return operations.find((operation) => operation.name?.value === name);
}

function withDefaults(operation: OperationDefinitionNode, given: Record<string, unknown>): Record<string, unknown> {
  const variables = { ...given };
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    if (defaultValue?.kind === Kind.INT) variables[variable.name.value] ??= Number(defaultValue.value);
  }
  return variables;
}

function tooExpensive(cost: number): ApiError {
  return {
    message: `Query cost is ${cost}, which exceeds the single query max cost limit (${QUERY_COST_MAX}).\n\nSee https://shopify.dev/concepts/about-apis/rate-limits for more information on how the\ncost of a query is calculated.`,
    extensions: {
      code: 'MAX_COST_EXCEEDED',
      cost,
      maxCost: QUERY_COST_MAX,
      documentation: 'https://shopify.dev/api/usage/rate-limits',
    },
  };
}

function fieldError(error: GraphQLError): ApiError {
  const known = Object.keys(error.extensions).length > 0;
  return {
    message: known ? error.message : `Internal error: ${error.message}`,
    ...(error.locations ? { locations: error.locations } : {}),
    ...(error.path ? { path: error.path } : {}),
    extensions: known ? { ...error.extensions } : { code: 'INTERNAL_SERVER_ERROR' },
  };
}
