import type { StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import { z } from "zod";

type Json = Readonly<Record<string, unknown>>;

/**
 * A zod schema as tools show it: the same validation, with a JSON Schema that leaves out what costs tokens and tells an
 * agent nothing, such as the dialect, the bounds of safe integers and patterns that repeat a format.
 */
export function wireSchema<T>(schema: z.ZodType<T>, io: "input" | "output"): StandardSchemaWithJSON<unknown, T> {
  const json = compactSchema(schema, io);
  const { validate } = schema["~standard"];
  return {
    "~standard": {
      version: 1,
      vendor: "holdpoint",
      validate,
      jsonSchema: { input: () => json, output: () => json },
    },
  };
}

/** The JSON Schema of {@link wireSchema}. */
export function compactSchema(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  return Object.fromEntries(Object.entries(compact(z.toJSONSchema(schema, { io, unrepresentable: "any" }), io)));
}

function compact(node: Json, io: "input" | "output"): Json {
  const kept = Object.entries(node).flatMap(([name, value]): [string, unknown][] => {
    if (name === "$schema") return [];
    // An answer carries all of its fields, and an agent reads what comes.
    if (io === "output" && (name === "additionalProperties" || name === "required")) return [];
    if (name === "pattern" && "format" in node) return [];
    if ((name === "minimum" || name === "maximum") && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER) return [];
    if (name === "properties") return [[name, mapValues(value, (one) => compactAny(one, io))]];
    return [[name, compactAny(value, io)]];
  });
  return nullableType(Object.fromEntries(kept));
}

function compactAny(value: unknown, io: "input" | "output"): unknown {
  if (Array.isArray(value)) return value.map((one) => compactAny(one, io));
  return isJson(value) ? compact(value, io) : value;
}

/** `anyOf` of a plain type and null says the same as a list of both types. */
function nullableType(node: Json): Json {
  const { anyOf, ...rest } = node;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return node;
  const [first, second]: readonly unknown[] = anyOf;
  if (!isJson(first) || !isJson(second) || second["type"] !== "null" || typeof first["type"] !== "string") return node;
  if ("enum" in first || "const" in first) return node;
  return { ...rest, ...first, type: [first["type"], "null"] };
}

function mapValues(value: unknown, to: (one: unknown) => unknown): unknown {
  if (!isJson(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, to(one)]));
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
