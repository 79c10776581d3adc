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

/**
 * Looks through a value for what the database cannot keep, names of fields included.
 *
 * @param except paths of texts that may hold anything, with `*` for the places of a list
 * @returns null when there is nothing
 */
export function contentFault(value: unknown, except: readonly string[] = []): ContentFault | null {
  const faultIn = (part: unknown, field: string, depth: number): ContentFault | null => {
    if (typeof part === "string") {
      return UNSTORABLE.test(part) && !except.includes(patternOf(field)) ? { kind: "unstorable", field } : null;
    }
    if (typeof part !== "object" || part === null) return null;
    if (depth === MOST_DEPTH) return { kind: "deep", field: "" };
    for (const [key, inner] of Object.entries(part)) {
      if (UNSTORABLE.test(key)) return { kind: "unstorable", field };
      const fault = faultIn(inner, field === "" ? key : `${field}.${key}`, depth + 1);
      if (fault !== null) return fault;
    }
    return null;
  };
  return faultIn(value, "", 0);
}

function patternOf(field: string): string {
  return field.replaceAll(/\.\d+(?=\.|$)/g, ".*");
}
