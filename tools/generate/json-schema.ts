import { z } from "zod";
import type { SchemaEntry } from "../../packages/contract/src/schemas.ts";

/** A JSON Schema, or a part of one, as far as the reference pages look into it. */
export interface JsonSchema {
  readonly [key: string]: unknown;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Where the published schemas are named; they are not fetched from there. */
const BASE = "https://holdpoint.dev/schemas/";

/** JSON Schema (draft 2020-12) of what a shape accepts. Keys keep the order of the shape. */
export function jsonSchemaOf(shape: SchemaEntry): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(shape.schema, {
    target: "draft-2020-12",
    io: "input",
    unrepresentable: "any",
  });
  const { description: _, ...body } = rest;
  return JSON.parse(
    JSON.stringify({
      $schema,
      $id: `${BASE}${shape.name}.schema.json`,
      title: shape.title,
      description: shape.about,
      ...body,
    }),
  ) as JsonSchema;
}
