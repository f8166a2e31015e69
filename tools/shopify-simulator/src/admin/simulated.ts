import {
  getNamedType,
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { notSimulated, type Resolver } from './resolver.ts';
import { RESOLVERS } from './types/index.ts';
import type { ApiError } from './validation.ts';

const CONNECTION_FIELDS = new Set(['edges', 'nodes', 'pageInfo']);
const EDGE_FIELDS = new Set(['node', 'cursor']);
const PAGE_INFO_FIELDS = new Set(['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor']);

export function findResolver(type: string, field: string): Resolver | undefined {
  return RESOLVERS[type]?.[field];
}

/** Fields that the document asks for and the simulator does not play: found before anything is executed. */
export function notSimulatedErrors(schema: GraphQLSchema, document: DocumentNode): ApiError[] {
  const errors: ApiError[] = [];
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field(node) {
        const parent = info.getParentType();
        if (!parent || !isObjectType(getNamedType(parent)) || isSimulated(parent.name, node.name.value)) return;
        const { message, extensions } = notSimulated(`${parent.name}.${node.name.value}`);
        const { loc } = node;
        const locations = loc ? [{ line: loc.startToken.line, column: loc.startToken.column }] : [];
        errors.push({ message, locations, extensions });
      },
    }),
  );
  return errors;
}

export function isSimulated(type: string, field: string): boolean {
  if (field.startsWith('__') || type.startsWith('__')) return true;
  if (type.endsWith('Connection')) return CONNECTION_FIELDS.has(field);
  if (type.endsWith('Edge')) return EDGE_FIELDS.has(field);
  if (type === 'PageInfo') return PAGE_INFO_FIELDS.has(field);
  return findResolver(type, field) !== undefined;
}
