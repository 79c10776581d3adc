/** NUL, and half of a surrogate pair: PostgreSQL keeps neither. */
const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const EVERY_UNSTORABLE = new RegExp(UNSTORABLE, "g");
/** What stands where something was that cannot be kept. */
const REPLACEMENT = "\ufffd";
/** Values in values; more would exhaust the stack of whoever walks through them. */
export const MOST_DEPTH = 200;

/** What keeps a value that fits its shape from being kept. */
export interface ContentFault {
  readonly kind: "unstorable" | "deep";
  /** Path with dots; empty for the value itself. */
  readonly field: string;
}

/** Where a fault is: a text, the name of a field, or what is nested too deep. */
interface Place {
  readonly what: "text" | "name" | "deep";
  readonly holder: Record<string, unknown>;
  readonly name: string;
  readonly field: string;
}

/**
 * Looks through a value for what the database cannot keep, names of fields included.
 *
 * @param except paths of texts that may hold anything, as an operation's `anyText`
 * @returns null when there is nothing
 */
export function contentFault(value: unknown, except: readonly string[] = []): ContentFault | null {
  const faults: ContentFault[] = [];
  seekFaults({ "": value }, except, ({ what, field }) => {
    faults.push({ kind: what === "deep" ? "deep" : "unstorable", field });
    return true;
  });
  return faults[0] ?? null;
}

/**
 * Puts a replacement character wherever a value has what the database cannot keep, names of fields included. What is nested
 * too deep stays as it is.
 *
 * @param value as JSON gives it; it is changed
 * @param except as {@link contentFault} takes it
 */
export function storable(value: unknown, except: readonly string[] = []): unknown {
  const root = { "": value };
  const places: Place[] = [];
  seekFaults(root, except, (place) => {
    places.push(place);
    return false;
  });
  for (const { what, holder, name } of places) {
    if (what === "text") holder[name] = mended(String(holder[name]));
  }
  // After the texts, which are found by the names that they were under.
  for (const { what, holder, name } of places) {
    if (what !== "name") continue;
    holder[mended(name)] = holder[name];
    delete holder[name];
  }
  return root[""];
}

function mended(text: string): string {
  return text.replaceAll(EVERY_UNSTORABLE, REPLACEMENT);
}

/** Goes through the value under the empty name. @param found ends it by answering true */
function seekFaults(root: Record<string, unknown>, except: readonly string[], found: (place: Place) => boolean): void {
  visit(root, "", "", 0);

  function visit(holder: Record<string, unknown>, name: string, field: string, depth: number): boolean {
    const part = holder[name];
    if (typeof part === "string") {
      return (
        UNSTORABLE.test(part) && !except.includes(patternOf(field)) && found({ what: "text", holder, name, field })
      );
    }
    if (!isHolder(part)) return false;
    if (depth === MOST_DEPTH) return found({ what: "deep", holder, name, field: "" });
    for (const key of Object.keys(part)) {
      if (UNSTORABLE.test(key) && found({ what: "name", holder: part, name: key, field })) return true;
      if (visit(part, key, field === "" ? key : `${field}.${key}`, depth + 1)) return true;
    }
    return false;
  }
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function patternOf(field: string): string {
  return field.replaceAll(/\.\d+(?=\.|$)/g, ".*");
}
