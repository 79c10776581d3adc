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
    if (result.success) return result.data;
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
