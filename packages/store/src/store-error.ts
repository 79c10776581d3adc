import { HoldpointError, problem } from "@holdpoint/core";
import { storeProblems } from "./store.problems.ts";

/** Failures of the network or socket, as Node names them. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EACCES",
]);

/** SQLSTATE of a server that is stopping, starting, full, or does not let us in. */
const UNREACHABLE_STATES = /^(?:08|28|57P0[1-3]|53300|3D000)/;

/** What `pg` says, without a code, when a connection breaks or cannot be had in time. */
const BROKEN_CONNECTION =
  /connection (?:terminated|timeout|ended)|timeout exceeded when trying to connect|Client was closed|not queryable|cannot use a pool/i;

/** SQLSTATE of a conflict with another transaction: the same work may succeed when it is done again. */
const CONFLICT_STATES: ReadonlySet<string> = new Set(["40001", "40P01"]);

/** Whether a transaction lost against another and can be run again. */
export function isConflict(error: unknown): boolean {
  return CONFLICT_STATES.has(codeOf(error) ?? "");
}

/** The SQLSTATE or system code of an error, or null. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** SQLSTATE of a statement that was ended; the message says by what. */
const CANCELLED_STATE = "57014";

/** The error to throw: HP6010 when the database was not there for us, HP6029 when it took too long, else the error as it is. */
export function asStoreError(error: unknown, place: string): unknown {
  if (error instanceof HoldpointError || !(error instanceof Error)) return error;
  const code = codeOf(error) ?? "";
  if (code === CANCELLED_STATE && error.message.includes("statement timeout")) {
    return problem(storeProblems, "HP6029", { place, detail: error.message }, { cause: error });
  }
  const unreachable = NETWORK_CODES.has(code) || UNREACHABLE_STATES.test(code) || BROKEN_CONNECTION.test(error.message);
  if (!unreachable) return error;
  const detail = error.message === "" ? code : error.message;
  return problem(storeProblems, "HP6010", { place, detail }, { cause: error });
}
