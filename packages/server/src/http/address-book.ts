import { type HoldpointError, problem } from "@holdpoint/core";
import { httpProblems } from "./http.problems.ts";

/** Which methods are taken at which addresses. */
export interface AddressBook {
  /** @param url with `:name` places */
  add(url: string, method: string | readonly string[]): void;
  /** Whether an address is one of its own, without names, that does not take a method; though one with names may fit it. */
  excludes(method: string, path: string): boolean;
  /** HP9430 with the methods that the address takes, where there are some, else HP9102. */
  refusalOf(method: string, path: string): HoldpointError;
}

/** Makes a book without addresses. */
export function createAddressBook(): AddressBook {
  const known = new Map<string, Set<string>>();
  return {
    add(url, method) {
      const methods = known.get(url) ?? new Set<string>();
      known.set(url, methods);
      for (const one of [method].flat()) methods.add(one);
    },
    excludes: (method, path) => known.get(path)?.has(method) === false,
    refusalOf(method, path) {
      const taken = known.get(path) ?? [...known].flatMap(([url, methods]) => (fits(url, path) ? [...methods] : []));
      if ([...taken].length === 0) return problem(httpProblems, "HP9102", { method, path });
      const allow = [...new Set(taken)].sort().join(", ");
      return Object.assign(problem(httpProblems, "HP9430", { method, path, allow }), { allow });
    },
  };
}

/** Names are what stands between two slashes. */
function fits(url: string, path: string): boolean {
  const given = path.split("/");
  const parts = url.split("/");
  return (
    parts.length === given.length &&
    parts.every((part, at) => (part.startsWith(":") ? given[at] !== "" : part === given[at]))
  );
}
