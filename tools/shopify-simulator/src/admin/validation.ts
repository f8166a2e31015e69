import {
  GraphQLError,
  Kind,
  visit,
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
} from 'graphql';

/** An error of Shopify's GraphQL, as it is sent. */
export type ApiError = {
  message: string;
  locations?: readonly { line: number; column: number }[];
  path?: readonly (string | number)[];
  extensions?: Record<string, unknown>;
};

type Translation = {
  pattern: RegExp;
  to: (match: string[]) => { message: string; extensions: Record<string, unknown> };
};

/** graphql-js and Shopify's server find the same mistakes; Shopify words them differently and gives them codes. */
const TRANSLATIONS: Translation[] = [
  {
    pattern: /^Cannot query field "(\w+)" on type "(\w+)"/,
    to: ([, fieldName, typeName]) => ({
      message: `Field '${fieldName}' doesn't exist on type '${typeName}'`,
      extensions: { code: 'undefinedField', typeName, fieldName },
    }),
  },
  {
    pattern: /^Unknown argument "(\w+)" on field "(\w+)\.(\w+)"/,
    to: ([, argumentName, , name]) => ({
      message: `Field '${name}' doesn't accept argument '${argumentName}'`,
      extensions: { code: 'argumentNotAccepted', name, typeName: 'Field', argumentName },
    }),
  },
  {
    pattern:
      /^Argument "(?:\w+\.)?(\w+)\((\w+):\)" of type .* is required|^Field "(\w+)" argument "(\w+)" of type .* is required/,
    to: ([, name = '', argument = '', otherName, otherArgument]) => ({
      message: `Field '${otherName ?? name}' is missing required arguments: ${otherArgument ?? argument}`,
      extensions: {
        code: 'missingRequiredArguments',
        className: 'Field',
        name: otherName ?? name,
        arguments: otherArgument ?? argument,
      },
    }),
  },
  {
    pattern: /^Field "(\w+)" of type "(.+?)" must have a selection of subfields/,
    to: ([, name, typeName]) => ({
      message: `Field must have selections (field '${name}' returns ${typeName} but has no selections. Did you mean '${name} { ... }'?)`,
      extensions: { code: 'selectionMismatch', nodeName: `field '${name}'`, typeName },
    }),
  },
  {
    pattern: /^Variable "\$(\w+)" of type "(.+?)" used in position expecting type "(.+?)"/,
    to: ([, variableName, typeName, argumentTypeName]) => ({
      message: `Type mismatch on variable $${variableName} (${typeName} / ${argumentTypeName})`,
      extensions: { code: 'variableMismatch', variableName, typeName, errorMessage: 'Type mismatch' },
    }),
  },
  {
    pattern: /^Variable "\$(\w+)" is never used(?: in operation "(\w+)")?/,
    to: ([, variableName, operation]) => ({
      message: `Variable $${variableName} is declared by ${operation ?? 'anonymous query'} but not used`,
      extensions: { code: 'variableNotUsed', variableName },
    }),
  },
  {
    pattern: /^Variable "\$(\w+)" is not defined(?: by operation "(\w+)")?/,
    to: ([, variableName, operation]) => ({
      message: `Variable $${variableName} is used by ${operation ?? 'anonymous query'} but not declared`,
      extensions: { code: 'variableNotDefined', variableName },
    }),
  },
  {
    pattern: /^Field "(\w+)" is not defined by type "(\w+)"/,
    to: ([, argumentName, name]) => ({
      message: `InputObject '${name}' doesn't accept argument '${argumentName}'`,
      extensions: { code: 'argumentNotAccepted', name, typeName: 'InputObject', argumentName },
    }),
  },
  {
    pattern: /^Unknown type "(\w+)"/,
    to: ([, typeName]) => ({ message: `No such type ${typeName}`, extensions: { code: 'undefinedType', typeName } }),
  },
  {
    pattern: /^Unknown fragment "(\w+)"/,
    to: ([, fragmentName]) => ({
      message: `Fragment ${fragmentName} was used, but not defined`,
      extensions: { code: 'useAndDefineFragment', fragmentName },
    }),
  },
];

export function validationErrors(document: DocumentNode, errors: readonly GraphQLError[]): ApiError[] {
  return errors.map((error) => {
    const { message, extensions } = translate(error.message);
    const places = (error.nodes ?? []).map((node, index) => ({
      path: pathTo(document, node) ?? [],
      location: error.locations?.[index],
    }));
    // Where it was used tells more than where it was declared.
    const place = places.toSorted((a, b) => b.path.length - a.path.length)[0];
    return {
      message,
      ...(place?.location ? { locations: [place.location] } : {}),
      ...(place ? { path: place.path } : {}),
      extensions,
    };
  });
}

export function syntaxError(error: GraphQLError): ApiError {
  return { message: error.message, ...(error.locations ? { locations: error.locations } : {}) };
}

function translate(message: string) {
  for (const { pattern, to } of TRANSLATIONS) {
    const match = pattern.exec(message);
    if (match) return to([...match]);
  }
  return { message, extensions: { code: 'invalid' } };
}

/** Where in the document it is: the operation, then the fields on the way. */
function pathTo(document: DocumentNode, wanted: ASTNode): string[] | undefined {
  const path: string[] = [];
  let found: string[] | undefined;
  visit(document, {
    enter(node) {
      const label = labelOf(node);
      if (label !== undefined) path.push(label);
      if (node === wanted) found ??= [...path];
    },
    leave(node) {
      if (labelOf(node) !== undefined) path.pop();
    },
  });
  return found;
}

function labelOf(node: ASTNode): string | undefined {
  if (node.kind === Kind.OPERATION_DEFINITION) return operationLabel(node);
  if (node.kind === Kind.FRAGMENT_DEFINITION) return `fragment ${node.name.value}`;
  if (node.kind === Kind.INLINE_FRAGMENT) return `... on ${node.typeCondition?.name.value ?? ''}`;
  if (node.kind === Kind.FIELD) return fieldLabel(node);
  return node.kind === Kind.ARGUMENT ? node.name.value : undefined;
}

function operationLabel(node: OperationDefinitionNode): string {
  return node.name ? `${node.operation} ${node.name.value}` : node.operation;
}

function fieldLabel(node: FieldNode): string {
  return node.alias?.value ?? node.name.value;
}
