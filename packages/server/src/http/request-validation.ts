import type { Operation } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import type { z } from "zod";
import { httpProblems } from "./http.problems.ts";

/** One field that does not fit. */
export interface FieldError {
  readonly in: string;
  readonly field: string;
  readonly message: string;
}

/** The parts of a request that have shapes. */
export interface RequestParts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Fields listed with one problem; more would only hide the first. */
const MOST_ERRORS = 20;

/**
 * Checks the parts of a request by the shapes of its operation.
 *
 * @returns the parts with defaults filled in
 * @throws HoldpointError HP9101 with every field that does not fit
 */
export function validateRequest(operation: Operation, given: RequestParts): RequestParts {
  const errors: FieldError[] = [];
  const checked = (place: "params" | "query" | "body", schema: z.ZodType | undefined): unknown => {
    if (schema === undefined) return undefined;
    const result = schema.safeParse(given[place]);
    if (result.success) {
      for (const field of unknownKeys(given[place], result.data)) {
        errors.push({ in: place, field, message: "is not known here" });
      }
      return result.data;
    }
    for (const issue of result.error.issues) {
      errors.push({ in: place, field: issue.path.map(String).join("."), message: issue.message });
    }
    return undefined;
  };
  const parts = {
    params: checked("params", operation.params),
    query: checked("query", operation.query),
    body: checked("body", operation.body),
  };
  const first = errors[0];
  if (first === undefined) return parts;
  const told = first.field === "" ? first.message : `${first.field}: ${first.message}`;
  throw Object.assign(
    problem(httpProblems, "HP9101", { where: first.in, operation: operation.id, first: told }, { field: first.field }),
    { errors: errors.slice(0, MOST_ERRORS) },
  );
}

/** Keys that were sent and that no shape took, by their paths: what is left out quietly may be a mistyped field. */
function unknownKeys(sent: unknown, taken: unknown, path = ""): readonly string[] {
  // Kept as it came, or taken apart by something that is no object.
  if (sent === taken || typeof sent !== "object" || sent === null || typeof taken !== "object" || taken === null)
    return [];
  const kept = new Map<string, unknown>(Object.entries(taken));
  return Object.entries(sent).flatMap(([key, value]) => {
    const place = path === "" ? key : `${path}.${key}`;
    if (Array.isArray(sent) !== Array.isArray(taken)) return [];
    return kept.has(key) ? unknownKeys(value, kept.get(key), place) : [place];
  });
}
