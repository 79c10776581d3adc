import { z } from "zod";
import type { SchemaEntry } from "./schemas.ts";

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

/** How the schemas are named; they are not fetched from there. */
const BASE = "https://holdpoint.dev/schemas/";

/** JSON Schema (draft 2020-12) of what a shape accepts. Keys keep the order of the shape. */
export function jsonSchemaOf(shape: SchemaEntry): JsonSchema {
  const {
    $schema,
    description: _,
    ...body
  } = z.toJSONSchema(shape.schema, {
    target: "draft-2020-12",
    io: "input",
    unrepresentable: "any",
  });
  const $id = `${BASE}${shape.name}.schema.json`;
  const schema: unknown = JSON.parse(
    JSON.stringify({ $schema, $id, title: shape.title, description: shape.about, ...body }),
  );
  if (!isJsonSchema(schema)) throw new Error(`${shape.name} has no JSON Schema`);
  return schema;
}

function isJsonSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && "$schema" in value;
}
