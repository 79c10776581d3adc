import type { ProblemDocument } from "@holdpoint/contract";
import { HoldpointError, type ProblemExit } from "@holdpoint/core";

/** A refusal of the server, with its whole problem document. */
export class ServerProblem extends HoldpointError {
  readonly document: ProblemDocument;
  /** Seconds that the server asks to wait; null when it says nothing. */
  readonly retryAfterS: number | null;

  constructor(document: ProblemDocument, retryAfterS: number | null) {
    const { code, title, detail, remedy, retryable, status } = document;
    const definition = { title, message: "{detail}", remedy: "{remedy}", why: "", exit: exitOf(status), retryable };
    super(code, definition, { detail, remedy }, {});
    this.document = document;
    this.retryAfterS = retryAfterS;
  }

  /** HTTP status. */
  get status(): number {
    return this.document.status;
  }
}

function exitOf(status: number): ProblemExit {
  if (status === 409) return 2;
  if (status === 422) return 65;
  if (status === 429 || status === 503) return 69;
  return status >= 500 ? 70 : 64;
}
