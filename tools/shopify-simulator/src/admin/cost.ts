import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * Shopify's calculated query cost: objects 1, scalars and money 0, mutations 10, connections by `first` or `last`.
 * How a connection grows is not documented; `connectionFactor` reproduces published costs of real queries:
 * `customers(first: 200) {edges {node {id}}}` 12, `metafields(first: 50)` 9, `payouts(first: 100) {summary}` 20,
 * `orders(first: 25)` with 10 objects each 68, `lineItems(first: 3 | 10)` with 9 objects each 22 | 42.
 */
export const QUERY_COST_MAX = 1_000;
const MUTATION_COST = 10;
const CONNECTION_COST = 2;
const FREE_TYPES = new Set(['MoneyBag', 'MoneyV2', 'PageInfo']);

type Walk = {
  schema: GraphQLSchema;
  fragments: Map<string, FragmentDefinitionNode>;
  variables: Record<string, unknown>;
};

export type CostInput = {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown>;
  /** The answer, to calculate the actual cost; without it the requested cost is calculated. */
  data?: unknown;
};

export function queryCost({ schema, document, operation, variables, data }: CostInput): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const walk: Walk = { schema, fragments, variables };
  const root = schema.getRootType(operation.operation);
  if (!root) return 0;
  if (operation.operation === 'query') return selectionCost(walk, operation.selectionSet, root, data);

  let cost = 0;
  for (const field of fieldsOf(walk, operation.selectionSet, root)) {
    const type = returnType(field.parent, field.node);
    const payload = data === undefined ? undefined : valueOf(data, field.node);
    const within =
      type && field.node.selectionSet ? connectionsWithin(walk, field.node.selectionSet, type, payload) : 0;
    cost += MUTATION_COST + within;
  }
  return cost;
}

/** An object costs the sum of its fields; of alternative types, the dearest counts. */
function selectionCost(walk: Walk, selections: SelectionSetNode, type: GraphQLNamedType, data: unknown): number {
  const perType = new Map<string, number>();
  for (const { node, parent } of fieldsOf(walk, selections, type)) {
    const cost = fieldCost(walk, node, parent, data === undefined ? undefined : valueOf(data, node));
    perType.set(parent.name, (perType.get(parent.name) ?? 0) + cost);
  }
  if (!isAbstractType(type)) return [...perType.values()].reduce((all, cost) => all + cost, 0);
  const common = perType.get(type.name) ?? 0;
  perType.delete(type.name);
  return common + Math.max(0, ...perType.values());
}

function fieldCost(walk: Walk, node: FieldNode, parent: GraphQLNamedType, value: unknown): number {
  const type = returnType(parent, node);
  if (!type || !isCompositeType(type) || !node.selectionSet || FREE_TYPES.has(type.name)) return 0;
  if (isConnection(type.name)) return connectionCost(walk, node, type, value);
  if (value === null) return 1;
  if (Array.isArray(value)) {
    const costs = value.map((item) => selectionCost(walk, node.selectionSet as SelectionSetNode, type, item));
    return 1 + Math.max(0, ...costs);
  }
  return 1 + selectionCost(walk, node.selectionSet, type, value);
}

function connectionCost(walk: Walk, node: FieldNode, type: GraphQLNamedType, value: unknown): number {
  let perItem = 0;
  let count = value === undefined ? pageSize(walk, node) : 0;
  for (const field of fieldsOf(walk, node.selectionSet as SelectionSetNode, type)) {
    const list = value === undefined ? undefined : (valueOf(value, field.node) as unknown[] | null);
    const name = field.node.name.value;
    if (!field.node.selectionSet || (name !== 'edges' && name !== 'nodes')) continue;
    const item = returnType(field.parent, field.node);
    if (!item) continue;
    const own = name === 'nodes' ? 1 : 0;
    const costOf = (data: unknown) =>
      own + selectionCost(walk, field.node.selectionSet as SelectionSetNode, item, data);
    if (value === undefined) perItem += costOf(undefined);
    else if (Array.isArray(list)) {
      count = Math.max(count, list.length);
      perItem += Math.max(0, ...list.map(costOf));
    }
  }
  return CONNECTION_COST + (count === 0 ? 0 : connectionFactor(count) * perItem);
}

/** 1 item counts once, 10 count 4 times, 250 count 11 times. */
export function connectionFactor(count: number): number {
  return Math.max(1, Math.floor(2 * Math.log(count)));
}

function connectionsWithin(walk: Walk, selections: SelectionSetNode, type: GraphQLNamedType, data: unknown): number {
  let cost = 0;
  for (const { node, parent } of fieldsOf(walk, selections, type)) {
    const inner = returnType(parent, node);
    if (!inner || !node.selectionSet) continue;
    const value = data === undefined || data === null ? data : valueOf(data, node);
    if (value === null) continue;
    cost += isConnection(inner.name)
      ? connectionCost(walk, node, inner, value)
      : connectionsWithin(walk, node.selectionSet, inner, Array.isArray(value) ? value[0] : value);
  }
  return cost;
}

type Selected = { node: FieldNode; parent: GraphQLNamedType };

/** The fields of a selection with those of its fragments, each with the type it is asked of. */
function fieldsOf(walk: Walk, selections: SelectionSetNode, parent: GraphQLNamedType): Selected[] {
  return selections.selections.flatMap((selection): Selected[] => {
    if (selection.kind === Kind.FIELD) return [{ node: selection, parent }];
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? walk.fragments.get(selection.name.value) : selection;
    if (!fragment) return [];
    const condition = fragment.typeCondition?.name.value;
    const type = condition === undefined ? parent : walk.schema.getType(condition);
    return type ? fieldsOf(walk, fragment.selectionSet, type) : [];
  });
}

function returnType(parent: GraphQLNamedType, node: FieldNode): GraphQLNamedType | undefined {
  if (!('getFields' in parent)) return undefined;
  const type: GraphQLType | undefined = parent.getFields()[node.name.value]?.type;
  return type && getNamedType(type);
}

function isConnection(name: string): boolean {
  return name.endsWith('Connection');
}

function pageSize(walk: Walk, node: FieldNode): number {
  for (const argument of node.arguments ?? []) {
    if (argument.name.value !== 'first' && argument.name.value !== 'last') continue;
    if (argument.value.kind === Kind.INT) return Number(argument.value.value);
    if (argument.value.kind === Kind.VARIABLE) {
      const value = walk.variables[argument.value.name.value];
      if (typeof value === 'number') return value;
    }
  }
  return 0;
}

function valueOf(data: unknown, node: FieldNode): unknown {
  if (typeof data !== 'object' || data === null) return null;
  return (data as Record<string, unknown>)[node.alias?.value ?? node.name.value] ?? null;
}
