import { HoldpointError, problem } from "@holdpoint/core";
import type { CallToolResult } from "@modelcontextprotocol/server";
import { httpProblems } from "../http/index.ts";
import type { MissingEvidence } from "../run/index.ts";

/** Retry of what is refused for the moment only, milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** What is missing, as an agent is told. */
export interface Missing {
  readonly gate: string | null;
  /** The threshold as written. */
  readonly asks: string | null;
  readonly reason: string | null;
  readonly explanation: string;
}

/** A refusal as `structuredContent` beside `isError: true`. */
export interface Refusal {
  readonly code: string;
  readonly why: string;
  readonly missing: readonly Missing[];
  readonly next_actions: readonly string[];
  /** When the same call may succeed; null when it will not without a change. */
  readonly retry_after_ms: number | null;
  /** Where the task stands, when the refusal is about one: who holds it now, under which attempt. */
  readonly task?: { readonly state: string | null; readonly attempt: number | null; readonly holder: string | null };
}

/** What tools may hang on an error for its refusal. */
interface Extras {
  readonly missing?: readonly Missing[];
  readonly nextActions?: readonly string[];
  readonly retryAfterMs?: number | null;
  readonly task?: Refusal["task"];
  readonly errors?: readonly { readonly in: string; readonly field: string; readonly message: string }[];
}

/** An error with more for its refusal than the catalogue says. */
export function withExtras(error: HoldpointError, extras: Extras): HoldpointError {
  return Object.assign(error, extras);
}

/** What keeps a gate shut, as agents are told. */
export function toMissing(
  one: Omit<MissingEvidence, "reason" | "verdict"> & { readonly reason: string | null },
): Missing {
  const { gate, metric, text, reason, explanation } = one;
  return { gate, asks: text === null ? null : `${metric ?? ""} ${text}`.trim(), reason, explanation };
}

/** The refusal of an error. What is not of the catalogue is a fault, and is told without its particulars. */
export function refusalOf(error: unknown): Refusal {
  const known: HoldpointError & Extras = error instanceof HoldpointError ? error : problem(httpProblems, "HP9100");
  const { task, missing, errors = [] } = known;
  const fields = errors.map(({ field, message }) => ({
    gate: null,
    asks: null,
    reason: "input",
    explanation: field === "" ? message : `${field}: ${message}`,
  }));
  const retryAfterMs = known.retryAfterMs ?? (known.definition.retryable ? RETRY_AFTER_MS : null);
  return {
    code: known.code,
    why: known.message,
    missing: missing ?? fields,
    next_actions: known.nextActions ?? [known.remedy],
    retry_after_ms: retryAfterMs,
    ...(task === undefined ? {} : { task }),
  };
}

/** The refusal as a tool's result. */
export function refusedResult(error: unknown): CallToolResult {
  const refusal = refusalOf(error);
  const lines = [
    `Refused (${refusal.code}): ${refusal.why}`,
    ...refusal.missing.map(({ asks, explanation }) => `- ${asks === null ? "" : `${asks}: `}${explanation}`),
    ...refusal.next_actions.map((action) => `Next: ${action}`),
  ];
  return { isError: true, content: [{ type: "text", text: lines.join("\n") }], structuredContent: { ...refusal } };
}
