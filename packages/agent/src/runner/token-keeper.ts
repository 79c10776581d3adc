import { operations, TOKEN_DAYS } from "@holdpoint/contract";
import { HoldpointError, type Runtime } from "@holdpoint/core";
import { type Client, ServerProblem } from "@holdpoint/sdk";
import type { TokenDraft, TokenFile } from "./token-file.ts";

/** A token is renewed when this share of its life is left; chance spreads runners that began together by a tenth of that. */
const LEFT_SHARE = 1 / 3;
const JITTER = 0.1;
/** Bounds of the pause between two looks, milliseconds: the file may be changed by others. */
const LOOK_MS = { least: 1_000, most: 60_000 };
const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

/** What a runner tells of its token. `leftMs` is how long the token that it works with is still valid. */
export type TokenEvent =
  /** Its end is known, and somebody else has to see to it, because it came from somewhere that a runner cannot write. */
  | { readonly type: "token-ends"; readonly leftMs: number }
  | { readonly type: "token-renewed"; readonly leftMs: number }
  /** Another one was put into the file. */
  | { readonly type: "token-taken" }
  /** It cannot be written, now or at all; the old one is still in use. */
  | { readonly type: "token-not-stored"; readonly leftMs: number; readonly why: string }
  | { readonly type: "token-not-renewed"; readonly leftMs: number; readonly why: string }
  | { readonly type: "token-refused"; readonly why: string };

/** What a keeper is made from. */
export interface TokenKeeperOptions {
  /** Asks for {@link TokenKeeper.token} with each call. */
  readonly client: Client;
  readonly runtime: Pick<Runtime, "now" | "random">;
  readonly token: TokenHolder;
  /** Where the token is stored; null when it came from somewhere that cannot be written, such as the environment. */
  readonly file: TokenFile | null;
  readonly onEvent: (event: TokenEvent) => void;
}

/** The token that calls are made with. */
export interface TokenHolder {
  current: string;
}

/** When a token ends, by the clock of this process, and how long it lives in all; `until` is infinite when it never does. */
interface Life {
  readonly until: number;
  readonly wholeMs: number;
}

/**
 * Renews the token of a runner before it ends.
 *
 * ```
 *   unknown ──asked──▶ valid ──a third of its life left──▶ renewing ──stored──▶ valid (the new one)
 *                        ▲                                    │ not stored: the old one stays in use, the new one is kept
 *                        └──────── another in the file ───────┘ and stored later; in use once the old one has ended
 * ```
 *
 * The old token stays valid after a renewal, to its own end or for 30 days, whichever comes first: a lost answer, or a crash
 * between renewal and storing, locks a runner out only when nobody starts it again in that time.
 */
export class TokenKeeper {
  readonly #options: TokenKeeperOptions;
  readonly #jitter: number;
  #life: Life | null = null;
  /** What the file held last; one that is in use may not be stored yet. */
  #seen: string;
  /** Renewed and not stored yet. */
  #pending: { readonly token: string; readonly life: Life } | null = null;
  /** What was told last, so that it is told once. */
  #told = "";
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: TokenKeeperOptions) {
    this.#options = options;
    this.#seen = options.token.current;
    this.#jitter = 1 - JITTER + 2 * JITTER * options.runtime.random();
  }

  /** Looks after the token from now on. */
  start(): void {
    void this.#round();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** One look; answers when to look again, milliseconds. Never throws. */
  async look(): Promise<number> {
    this.#takeFromFile();
    this.#storePending();
    try {
      this.#life ??= await this.#ask();
    } catch (error) {
      this.#tellFailure(error);
      return LOOK_MS.most;
    }
    const dueMs = this.#leftMs() - this.#life.wholeMs * LEFT_SHARE * this.#jitter;
    if (this.#options.file === null) return this.#watch(dueMs);
    const waits = this.#pending !== null && this.#pending.token !== this.#options.token.current;
    if (waits) return pauseOf(this.#leftMs());
    if (dueMs > 0) return pauseOf(dueMs);
    return await this.#renew(this.#options.file);
  }

  async #round(): Promise<void> {
    const pauseMs = await this.look();
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#round(), pauseMs);
    this.#timer.unref();
  }

  async #ask(): Promise<Life> {
    const now = this.#options.runtime.now();
    try {
      const { view, leftMs } = await this.#options.client.call(operations.ownToken, {});
      return { until: now + leftMs, wholeMs: Date.parse(view.expiresAt) - Date.parse(view.createdAt) };
    } catch (error) {
      // A token that a process made for its own user ends with the process; an older server cannot say.
      if (!(error instanceof ServerProblem) || (error.status !== 409 && error.status !== 404)) throw error;
      return { until: Number.POSITIVE_INFINITY, wholeMs: 0 };
    }
  }

  /** Another program, or another runner, may have put a new one there. */
  #takeFromFile(): void {
    const { file, token } = this.#options;
    if (file === null) return;
    try {
      const found = file.read();
      if (found === this.#seen) return;
      this.#seen = found;
      token.current = found;
      this.#life = null;
      this.#pending = null;
      this.#tell({ type: "token-taken" });
    } catch (error) {
      // The one in memory is as good as it was.
      if (!(error instanceof HoldpointError)) throw error;
    }
  }

  /** A token that cannot be stored is only watched. */
  #watch(dueMs: number): number {
    const leftMs = this.#leftMs();
    if (!Number.isFinite(leftMs)) return LOOK_MS.most;
    // At the start, when it would be renewed, and on each of its last days.
    const stage = dueMs > 0 ? "far" : `in ${Math.floor(leftMs / DAY_MS)} days`;
    this.#tell({ type: "token-ends", leftMs }, stage);
    return pauseOf(Math.min(LOOK_MS.most, leftMs));
  }

  async #renew(file: TokenFile): Promise<number> {
    let draft: TokenDraft;
    try {
      draft = file.draft();
    } catch (error) {
      this.#tellNotStored(error);
      return LOOK_MS.most;
    }
    const began = this.#options.runtime.now();
    try {
      const overlapS = Math.min(
        Math.max(0, Math.ceil(this.#leftMs() / SECOND_MS)),
        (TOKEN_DAYS.overlap * DAY_MS) / SECOND_MS,
      );
      const { token, view } = await this.#options.client.call(operations.renewToken, { body: { overlapS } });
      this.#endBy(began + overlapS * SECOND_MS);
      const wholeMs = Date.parse(view.expiresAt) - Date.parse(view.createdAt);
      this.#pending = { token, life: { until: began + wholeMs, wholeMs } };
    } catch (error) {
      draft.discard();
      this.#tellFailure(error);
      return LOOK_MS.most;
    }
    this.#keep(draft);
    return LOOK_MS.most;
  }

  #storePending(): void {
    const { file } = this.#options;
    if (this.#pending === null || file === null) return;
    try {
      this.#keep(file.draft());
    } catch (error) {
      this.#tellNotStored(error);
    }
    // The old one has ended: the new one has to do, stored or not.
    if (this.#pending !== null && this.#leftMs() <= 0) this.#use(this.#pending);
  }

  #keep(draft: TokenDraft): void {
    if (this.#pending === null) return;
    try {
      draft.store(this.#pending.token);
      this.#seen = this.#pending.token;
      this.#use(this.#pending);
      this.#pending = null;
      this.#tell({ type: "token-renewed", leftMs: this.#leftMs() });
    } catch (error) {
      this.#tellNotStored(error);
    }
  }

  #use({ token, life }: { readonly token: string; readonly life: Life }): void {
    this.#options.token.current = token;
    this.#life = life;
  }

  /** The server ends a renewed token after the overlap, however long it would have lived. */
  #endBy(at: number): void {
    if (this.#life !== null) this.#life = { ...this.#life, until: Math.min(this.#life.until, at) };
  }

  #leftMs(): number {
    return (this.#life?.until ?? 0) - this.#options.runtime.now();
  }

  #tellNotStored(error: unknown): void {
    const why = error instanceof Error && "code" in error ? String(error.code) : messageOf(error);
    this.#tell({ type: "token-not-stored", leftMs: this.#leftMs(), why }, why);
  }

  #tellFailure(error: unknown): void {
    const why = messageOf(error);
    // A server that is away is told of elsewhere.
    if (!(error instanceof ServerProblem)) return;
    if (error.status === 401 || error.status === 403) this.#tell({ type: "token-refused", why }, why);
    else this.#tell({ type: "token-not-renewed", leftMs: this.#leftMs(), why }, why);
  }

  /** @param once what makes it news; the same is told once */
  #tell(event: TokenEvent, once = ""): void {
    const news = `${event.type} ${once}`;
    if (once !== "" && news === this.#told) return;
    this.#told = news;
    this.#options.onEvent(event);
  }
}

function pauseOf(ms: number): number {
  return Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, ms));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
