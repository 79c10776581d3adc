import type { Operation } from "@holdpoint/contract";
import type { Principal } from "./principal.ts";

/** An answer as text, so that it can be kept and sent again. */
export interface WrittenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty when there is none. */
  readonly text: string;
  /** The write did nothing, so that its key is given back. */
  readonly isNothingDone?: true;
}

/** A write that carries an `Idempotency-Key`. */
export interface KeyedWrite {
  readonly principal: Principal;
  readonly operation: string;
  readonly key: string;
  /** Digest of all that was asked. */
  readonly digest: string;
}

/** Keeps answers, so that a repeated write is answered as the first was and done once. */
export interface RetryKeeper {
  /**
   * Takes the key, or finds the answer that was kept.
   *
   * @throws HoldpointError HP9412 for another content, HP9413 while the first request runs
   */
  begin(write: KeyedWrite): Promise<WrittenAnswer | FirstWrite>;
}

/** The first write with its key. */
export interface FirstWrite {
  keep(answer: WrittenAnswer): Promise<void>;
  /** Gives the key back: the next request is the first again. */
  abandon(): Promise<void>;
}

/** What somebody did or tried. */
export interface Deed {
  readonly principal: Principal;
  readonly operation: string;
  readonly params: Readonly<Record<string, string>>;
  /** Digest of the body; null when there was none. */
  readonly body: string | null;
  readonly status: number;
  readonly code: string | null;
  readonly trace: string;
  /** Tool of the Model Context Protocol that it came through; absent over HTTP. */
  readonly tool?: string;
}

/** Records who did what. */
export interface AuditTrail {
  /** Whether this operation is recorded here. */
  covers(operation: Operation): boolean;
  /** Whether entries are taken now. */
  takes(tenant: string): boolean;
  /** Resolves when the entry is stored, or when that failed once and is tried again behind the scenes. Never throws. */
  record(deed: Deed): Promise<void>;
}

/** Where a caller stands with its limit. */
export interface LimitState {
  readonly allowed: boolean;
  /** Requests a second. */
  readonly limit: number;
  readonly remaining: number;
  /** Until the next request is allowed; 0 when it is now. */
  readonly retryAfterMs: number;
}

/** Limits how fast callers send. */
export interface RateLimits {
  /** Counts one request; null when the caller has no limit. At once where nobody else has to be asked. */
  take(principal: Principal): LimitState | null | Promise<LimitState | null>;
}

/** What stands between a request and its handler; each part may be absent. */
export interface Guards {
  readonly retries?: RetryKeeper;
  readonly audit?: AuditTrail;
  readonly limits?: RateLimits;
}
