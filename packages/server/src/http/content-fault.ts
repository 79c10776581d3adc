/** NUL, and half of a surrogate pair: PostgreSQL keeps neither. */
const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
/** Values in values; more would exhaust the stack of whoever walks through them. */
export const MOST_DEPTH = 200;

/** What keeps a value that fits its shape from being kept. */
export interface ContentFault {
  readonly kind: "unstorable" | "deep";
  /** Path with dots; empty for the value itself. */
  readonly field: string;
}

/** Looks through a value for what the database cannot keep, names of fields included; null when there is nothing. */
export function contentFault(value: unknown, field = "", depth = 0): ContentFault | null {
  if (typeof value === "string") return UNSTORABLE.test(value) ? { kind: "unstorable", field } : null;
  if (typeof value !== "object" || value === null) return null;
  if (depth === MOST_DEPTH) return { kind: "deep", field: "" };
  for (const [key, part] of Object.entries(value)) {
    if (UNSTORABLE.test(key)) return { kind: "unstorable", field };
    const fault = contentFault(part, field === "" ? key : `${field}.${key}`, depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}
