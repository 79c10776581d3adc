import type { Implementation } from "../../packages/server/src/http/index.ts";

/** What answers a request, with the parameters of its path. */
export interface Route {
  readonly implementation: Implementation;
  readonly params: Readonly<Record<string, string>>;
}

interface Pattern {
  readonly method: string;
  /** Null stands for a parameter. */
  readonly parts: readonly (string | null)[];
  readonly names: readonly string[];
  readonly id: string;
}

const patterns = new Map<string, Pattern>();

/** Finds the operation of a path; null when there is none. */
export function routeOf(implementations: readonly Implementation[], method: string, path: string): Route | null {
  const given = path.split("/");
  let found: Route | null = null;
  for (const implementation of implementations) {
    const pattern = patternOf(implementation);
    if (pattern.method !== method || pattern.parts.length !== given.length) continue;
    if (!pattern.parts.every((part, at) => part === null || part === given[at])) continue;
    const values = given.filter((_, at) => pattern.parts[at] === null).map(decodeURIComponent);
    const params = Object.fromEntries(pattern.names.map((name, at) => [name, values[at] ?? ""]));
    found = { implementation, params };
    // A path without parameters goes before one with them.
    if (pattern.names.length === 0) return found;
  }
  return found;
}

function patternOf({ operation }: Implementation): Pattern {
  const known = patterns.get(operation.id);
  if (known !== undefined) return known;
  const parts = operation.path.split("/");
  const names = parts.flatMap((part) => (part.startsWith("{") ? [part.slice(1, -1)] : []));
  const pattern: Pattern = {
    method: operation.method,
    parts: parts.map((part) => (part.startsWith("{") ? null : part)),
    names,
    id: operation.id,
  };
  patterns.set(operation.id, pattern);
  return pattern;
}
