import { stringify } from "yaml";

/** What a field can hold when a command writes it on one line. */
export type FieldValue = string | number | boolean | readonly string[] | FieldMap;

/** Fields with their values; written as a block of lines or between braces, as the place asks. */
export interface FieldMap {
  readonly [key: string]: FieldValue;
}

const PLAIN_IN_FLOW = /^[A-Za-z_./][A-Za-z0-9_./-]*$/;
const RESERVED = /^(?:true|false|null|yes|no|on|off|~|\.inf|\.nan)$/i;

/** Whether a value is a map of fields. */
export function isFieldMap(value: FieldValue): value is FieldMap {
  return typeof value === "object" && !Array.isArray(value);
}

/** Writes a value so that it may stand between brackets or braces. */
export function flowText(value: FieldValue): string {
  if (typeof value === "string")
    return PLAIN_IN_FLOW.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isFieldMap(value)) return `{ ${flowFields(value)} }`;
  return `[${value.map(flowText).join(", ")}]`;
}

/** Writes fields as they stand between braces. */
export function flowFields(fields: FieldMap): string {
  return Object.entries(fields)
    .map(([key, value]) => `${flowText(key)}: ${flowText(value)}`)
    .join(", ");
}

/** Writes a value on the line of its key; text is quoted only where it must be. */
export function lineText(value: FieldValue): string {
  if (typeof value !== "string") return flowText(value);
  // The library knows best which text may stand without quotes; what it would spread over lines is quoted instead.
  const plain = stringify(value, { lineWidth: 0, schema: "core" }).replace(/\n$/, "");
  return /[\n\r]/.test(plain) || RESERVED.test(value) ? JSON.stringify(value) : plain;
}

/**
 * Writes one field as lines. Two levels of maps become blocks, deeper ones stand between braces on one line.
 *
 * @param indent columns before the key
 * @param step columns that a nested block is moved in
 * @param levels how many levels of maps may still become blocks
 */
export function fieldLines(
  key: string,
  value: FieldValue,
  indent: number,
  step: number,
  levels: number,
): readonly string[] {
  const head = `${" ".repeat(indent)}${lineText(key)}:`;
  if (!isFieldMap(value) || levels === 0) return [`${head} ${lineText(value)}`];
  const nested = Object.entries(value).flatMap(([name, part]) =>
    fieldLines(name, part, indent + step, step, levels - 1),
  );
  return [head, ...nested];
}

/** Writes the fields of a list's item as lines: the first behind the dash, the others below it. */
export function itemLines(fields: FieldMap, indent: number): readonly string[] {
  return Object.entries(fields).map(([key, value], index) => {
    return `${" ".repeat(indent)}${index === 0 ? "- " : "  "}${lineText(key)}: ${lineText(value)}`;
  });
}
