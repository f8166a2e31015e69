import { z } from 'zod';

/**
 * A schema as OpenAPI 3.1 has it; those that have an id become components. Answers may gain members, so their objects stay
 * open; and the bounds of safe integers, which every integer of ours has, are said once by the format.
 */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output') {
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
