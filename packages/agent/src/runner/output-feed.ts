import { OUTPUT_BOUNDS, operations } from "@holdpoint/contract";
import { ServerProblem } from "@holdpoint/sdk";
import type { AttemptEvent } from "../attempt/attempt.types.ts";
import type { WorkRef } from "../attempt/work-source.ts";
import type { ServerLink } from "./server-link.ts";

/** How often output is sent, milliseconds. */
const SEND_EVERY_MS = 500;
/** Characters of an attempt that wait for the server; beyond it the oldest are left out. */
const MOST_WAITING = 262_144;

interface Piece {
  readonly seq: number;
  readonly stream: "stdout" | "stderr" | "log";
  readonly text: string;
}

interface Feed {
  readonly work: WorkRef;
  seq: number;
  waiting: Piece[];
  characters: number;
  ended: boolean;
  /** The server takes nothing more of it: a later attempt has the task, or nobody. */
  refused: boolean;
}

/** Sends what attempts print, as they print it, without ever holding them up. */
export class OutputFeed {
  readonly #link: ServerLink;
  readonly #feeds = new Map<string, Feed>();
  #timer: NodeJS.Timeout | null = null;
  #sending = false;

  constructor(link: ServerLink) {
    this.#link = link;
  }

  /** Takes what happened in an attempt. */
  take(work: WorkRef, event: AttemptEvent): void {
    if (event.type === "output") this.#add(work, event.stream, event.text);
    else if (event.type === "log") this.#add(work, "log", event.message);
    else if (event.type === "progress" && event.message !== undefined) this.#add(work, "log", event.message);
  }

  /** Nothing more comes of an attempt. */
  end({ taskId, attempt }: WorkRef): void {
    const feed = this.#feeds.get(`${taskId} ${attempt}`);
    if (feed === undefined) return;
    feed.ended = true;
    if (feed.waiting.length === 0) this.#feeds.delete(`${taskId} ${attempt}`);
  }

  /** Sends what waits. */
  async flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (const [key, feed] of this.#feeds) {
        const pieces = feed.waiting.splice(0);
        feed.characters = 0;
        if (pieces.length > 0) feed.refused = await this.#isRefused(feed.work, pieces);
        if (feed.ended && feed.waiting.length === 0) this.#feeds.delete(key);
      }
    } finally {
      this.#sending = false;
    }
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #add(work: WorkRef, stream: Piece["stream"], line: string): void {
    const key = `${work.taskId} ${work.attempt}`;
    const feed = this.#feeds.get(key) ?? { work, seq: 0, waiting: [], characters: 0, ended: false, refused: false };
    this.#feeds.set(key, feed);
    if (feed.refused) return;
    const text = `${line.slice(0, OUTPUT_BOUNDS.piece - 1)}\n`;
    const last = feed.waiting.at(-1);
    if (last?.stream === stream && last.text.length + text.length <= OUTPUT_BOUNDS.piece) {
      feed.waiting[feed.waiting.length - 1] = { ...last, text: last.text + text };
    } else {
      feed.seq += 1;
      feed.waiting.push({ seq: feed.seq, stream, text });
    }
    feed.characters += text.length;
    while (feed.characters > MOST_WAITING) feed.characters -= feed.waiting.shift()?.text.length ?? feed.characters;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.flush();
    }, SEND_EVERY_MS);
  }

  /** Sends pieces; true when the server will never take any of this attempt. */
  async #isRefused(work: WorkRef, pieces: readonly Piece[]): Promise<boolean> {
    const params = { task: work.taskId, attempt: work.attempt };
    for (let from = 0; from < pieces.length; from += OUTPUT_BOUNDS.piecesPerCall) {
      const body = { pieces: pieces.slice(from, from + OUTPUT_BOUNDS.piecesPerCall) };
      try {
        await this.#link.call(operations.appendOutput, { params, body }, { timeoutMs: 5_000 });
      } catch (error) {
        // Output is for people to look at while it comes; the digests of all of it are in the report.
        return error instanceof ServerProblem && (error.status === 404 || error.status === 409);
      }
    }
    return false;
  }
}
