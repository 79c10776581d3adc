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

const PLACES = ["params", "query", "body"] as const;
type Place = (typeof PLACES)[number];

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
  const parts = {
    params: checked("params", operation.params, given.params, errors),
    query: checked("query", operation.query, given.query, errors),
    body: checked("body", operation.body, given.body, errors),
  };
  const first = errors[0];
  if (first === undefined) {
    refuseContent(operation, parts);
    return parts;
  }
  const told = first.field === "" ? first.message : `${first.field}: ${first.message}`;
  throw Object.assign(misfit(operation, first.in, told, first.field), { errors: errors.slice(0, MOST_ERRORS) });
}

function checked(place: Place, schema: z.ZodType | undefined, given: unknown, errors: FieldError[]): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(given);
  if (result.success) {
    seekUnknownKeys(given, result.data, "", (field) => {
      errors.push({ in: place, field, message: "is not known here" });
    });
    return result.data;
  }
  for (const issue of result.error.issues) {
    errors.push({ in: place, field: issue.path.map(String).join("."), message: issue.message });
  }
  return undefined;
}

function refuseContent(operation: Operation, parts: RequestParts): void {
  for (const place of PLACES) {
    const part = parts[place];
    if (part === undefined) continue;
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
function seekUnknownKeys(sent: unknown, taken: unknown, path: string, found: (place: string) => void): void {
  // Kept as it came, or taken apart by something that is no object.
  if (sent === taken || !isHolder(sent) || !isHolder(taken) || Array.isArray(sent) !== Array.isArray(taken)) return;
  for (const key of Object.keys(sent)) {
    if (Object.hasOwn(taken, key)) {
      const [value, kept] = [sent[key], taken[key]];
      if (value !== kept) seekUnknownKeys(value, kept, path === "" ? key : `${path}.${key}`, found);
    } else found(path === "" ? key : `${path}.${key}`);
  }
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
