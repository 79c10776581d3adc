import { contentFault, MOST_DEPTH, type Operation } from "@holdpoint/contract";
import { type HoldpointError, problem } from "@holdpoint/core";
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
 * @throws HoldpointError HP9101 with every field that does not fit; HP5023 for a text that cannot be stored
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
  if (first === undefined) {
    refuseContent(operation, parts);
    return parts;
  }
  const told = first.field === "" ? first.message : `${first.field}: ${first.message}`;
  throw Object.assign(misfit(operation, first.in, told, first.field), { errors: errors.slice(0, MOST_ERRORS) });
}

function refuseContent(operation: Operation, parts: RequestParts): void {
  for (const [place, part] of Object.entries(parts)) {
    const fault = contentFault(part, place === "body" ? operation.anyText : []);
    if (fault === null) continue;
    const { field } = fault;
    const where = `${field === "" ? place : field} of ${operation.id}`;
    const [refused, message] =
      fault.kind === "unstorable"
        ? [problem(httpProblems, "HP5023", { where }, { field }), "holds U+0000 or half of a surrogate pair"]
        : [
            misfit(operation, place, `is nested more than ${MOST_DEPTH} deep`),
            `is nested more than ${MOST_DEPTH} deep`,
          ];
    throw Object.assign(refused, { errors: [{ in: place, field, message }] });
  }
}

function misfit(operation: Operation, where: string, first: string, field = ""): HoldpointError {
  return problem(httpProblems, "HP9101", { where, operation: operation.id, first }, { field });
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
