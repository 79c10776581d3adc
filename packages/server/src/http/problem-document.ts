import type { ProblemDocument } from "@holdpoint/contract";
import { HoldpointError, httpStatusOf, problem } from "@holdpoint/core";
import { httpProblems } from "./http.problems.ts";
import type { FieldError } from "./request-validation.ts";

/** Where the pages of problems are, on the server itself. */
const PAGES = "/problems/";

/** Seconds after which a caller may try again what is retryable. */
const RETRY_AFTER_S = 1;

/** An error as it is answered. */
export interface ProblemReply {
  readonly status: number;
  readonly document: ProblemDocument;
  readonly headers: Readonly<Record<string, string>>;
}

/** Further members that an error may carry to its document. */
interface Extensions {
  readonly errors?: readonly FieldError[];
  readonly task?: ProblemDocument["task"];
  readonly retryAfterS?: number;
  readonly cursor?: string;
  /** Methods that the address takes. */
  readonly allow?: string;
}

/** What was put on the error with `Object.assign`. */
function extensionsOf(error: HoldpointError & Extensions): Extensions {
  return error;
}

/**
 * The RFC 9457 document of an error. What is not of the catalogue is a fault, and is told without its particulars.
 *
 * @param instance correlation id of the request
 */
export function problemReply(error: unknown, instance: string): ProblemReply {
  const known = error instanceof HoldpointError ? error : problem(httpProblems, "HP9100", {}, { cause: error });
  const { definition, code } = known;
  const status = httpStatusOf(definition);
  const { errors, task, retryAfterS, cursor, allow } = extensionsOf(known);
  const headers: Record<string, string> = {};
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="holdpoint"';
  if (status === 429 || status === 503 || retryAfterS !== undefined) {
    headers["retry-after"] = String(retryAfterS ?? RETRY_AFTER_S);
  }
  if (allow !== undefined) headers["allow"] = allow;
  return {
    status,
    headers,
    document: {
      type: `${PAGES}${code}`,
      title: definition.title,
      status,
      detail: known.message,
      code,
      remedy: known.remedy,
      retryable: definition.retryable,
      instance,
      ...(errors === undefined ? {} : { errors }),
      ...(task === undefined ? {} : { task }),
      ...(cursor === undefined ? {} : { cursor }),
    },
  };
}
