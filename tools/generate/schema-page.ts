import type { JsonSchema } from "../../packages/contract/src/json-schema.ts";
import type { SchemaEntry } from "../../packages/contract/src/schemas.ts";
import { fenced, generatedFrom, table } from "./markdown.ts";
import { printJson } from "./print-json.ts";

/** One row of the field table. */
interface Field {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly about: string;
}

/** The reference page of one shape: what it is, its fields, its parts, an example. */
export function schemaPage(shape: SchemaEntry, schema: JsonSchema): string {
  const parts = [
    generatedFrom("packages/contract/src/schemas.ts"),
    `# ${shape.title}\n\n`,
    `${shape.about}\n\n`,
    `Found in: ${shape.file}. Schema: [\`${shape.name}.schema.json\`](../../../packages/contract/schemas/${shape.name}.schema.json).\n\n`,
    shape.strict
      ? "A key that is not listed here is refused.\n\n"
      : "Further keys may be added; readers should ignore keys that they do not know.\n\n",
    "## Fields\n\n",
    body(schema),
  ];
  for (const [name, part] of Object.entries(schema.$defs ?? {})) {
    parts.push(`\n## ${name}\n\n`, part.description === undefined ? "" : `${part.description}\n\n`, body(part));
  }
  if (shape.notes !== undefined) parts.push(`\n${shape.notes}`);
  parts.push("\n## Example\n\n", exampleOf(shape));
  return parts.join("");
}

/** The list of all shapes. */
export function schemaIndex(shapes: readonly SchemaEntry[]): string {
  const rows = shapes.map((shape) => [`[${shape.title}](${shape.name}.md)`, shape.file, shape.about]);
  return `${generatedFrom("packages/contract/src/schemas.ts")}# Schemas\n\nEverything that crosses an edge has a shape that is checked there, a JSON Schema in \`packages/contract/schemas/\` and a page here.\n\n${table(["shape", "found in", "what it is"], rows)}`;
}

function exampleOf({ notation, example }: SchemaEntry): string {
  if (notation === "json") return fenced("json", printJson(JSON.parse(example)));
  return fenced(notation === "yaml" ? "yaml" : "text", example);
}

function body(schema: JsonSchema): string {
  const variants = variantsOf(schema);
  if (variants.length === 0) return fieldTable(schema);
  return variants
    .map((variant) => {
      const name = variantName(variant);
      const about = variant.description === undefined ? "" : `${variant.description}\n\n`;
      return `### ${name}\n\n${about}${fieldTable(variant)}`;
    })
    .join("\n");
}

function fieldTable(schema: JsonSchema): string {
  const rows = fieldsOf(schema, "").map((field) => [
    `\`${field.path}\``,
    field.type,
    field.required ? "yes" : "",
    field.about,
  ]);
  return rows.length === 0 ? `${typeOf(schema)}\n` : table(["field", "type", "required", "meaning"], rows);
}

function fieldsOf(schema: JsonSchema, prefix: string): readonly Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const field: Field = {
      path,
      type: typeOf(part),
      required: schema.required?.includes(name) ?? false,
      about: aboutOf(part),
    };
    return [field, ...nested(part, path)];
  });
}

/** The fields of what a field holds: objects, lists of objects, objects by key. */
function nested(part: JsonSchema, path: string): readonly Field[] {
  const whole = withoutNull(part);
  if (whole.properties !== undefined) return fieldsOf(whole, path);
  if (whole.items !== undefined) return nested(whole.items, `${path}[]`);
  const values = whole.additionalProperties;
  return typeof values === "object" && Object.keys(values).length > 0 ? nested(values, `${path}.<key>`) : [];
}

function typeOf(part: JsonSchema): string {
  if (part.$ref !== undefined) return reference(part.$ref);
  if (part.const !== undefined) return literal(part.const);
  if (part.enum !== undefined) return part.enum.map(literal).join(", ");
  const choices = part.anyOf ?? part.oneOf;
  if (choices !== undefined) return [...new Set(choices.map(typeOf))].join(" or ");
  if (Array.isArray(part.type)) return part.type.join(" or ");
  if (part.items !== undefined) return `list of ${plural(typeOf(part.items))}`;
  if (part.properties !== undefined) return "object";
  if (typeof part.additionalProperties === "object") return "object by key";
  return typeof part.type === "string" ? part.type : "anything";
}

function literal(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function plural(type: string): string {
  return ["string", "object", "integer", "number"].includes(type) ? `${type}s` : type;
}

function aboutOf(part: JsonSchema): string {
  const own = part.description ?? "";
  return part["default"] === undefined ? own : `${own} Default: \`${JSON.stringify(part["default"])}\`.`.trim();
}

function reference(ref: string): string {
  const name = ref === "#" ? "this shape" : (ref.split("/").at(-1) ?? ref);
  return ref === "#" ? name : `[${name}](#${name.toLowerCase()})`;
}

function withoutNull(part: JsonSchema): JsonSchema {
  const others = part.anyOf?.filter((choice) => choice.type !== "null") ?? [];
  return others.length === 1 ? (others[0] ?? part) : part;
}

/** The parts of a shape that is one of several objects. */
function variantsOf(schema: JsonSchema): readonly JsonSchema[] {
  const choices = schema.oneOf ?? schema.anyOf ?? [];
  return choices.every((choice) => choice.properties !== undefined) ? choices : [];
}

/** A variant is named by the constant that tells it apart. */
function variantName(variant: JsonSchema): string {
  const entry = Object.entries(variant.properties ?? {}).find(([, part]) => typeof part.const === "string");
  return entry === undefined ? "object" : `${entry[0]} ${literal(entry[1].const)}`;
}
