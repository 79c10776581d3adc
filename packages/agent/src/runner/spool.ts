import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { problem } from "@holdpoint/core";
import { z } from "zod";
import { agentProblems } from "../agent.problems.ts";
import { type FileLock, takeLock } from "./file-lock.ts";

/** Bytes of told reports after which the file is begun anew. */
const COMPACT_AT_BYTES = 4 * 1024 * 1024;

/** What the server is to be told of an attempt. */
export interface Tell {
  readonly kind: "complete" | "fail" | "release";
  readonly task: string;
  readonly attempt: number;
  /** Body of the call. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** An entry that was not told yet. */
export interface SpooledTell extends Tell {
  /** Unique; the idempotency key of the call. */
  readonly id: string;
}

const lineSchema = z.union([
  z.object({ done: z.string() }),
  z.object({
    id: z.string(),
    kind: z.enum(["complete", "fail", "release"]),
    task: z.string(),
    attempt: z.int(),
    body: z.record(z.string(), z.unknown()),
  }),
]);

/**
 * What a runner has to tell, on disk before it is sent: an append-only file of JSON lines, synced with each entry, so that
 * neither a server that is away nor a runner that is killed loses a report.
 *
 * An entry that was sent is marked, without a sync: after a crash it may be sent once more, and the server answers that
 * the attempt is over.
 */
export class Spool {
  readonly #file: string;
  readonly #lock: FileLock;
  readonly #pending = new Map<string, SpooledTell>();
  #fd: number;
  #bytes = 0;
  #closed = false;

  private constructor(folder: string, lock: FileLock) {
    this.#file = join(folder, "spool.jsonl");
    this.#lock = lock;
    for (const line of linesOf(this.#file)) {
      // A line that was cut off by a crash was never acknowledged to anybody.
      const parsed = lineSchema.safeParse(line);
      if (!parsed.success) continue;
      if ("done" in parsed.data) this.#pending.delete(parsed.data.done);
      else this.#pending.set(parsed.data.id, parsed.data);
    }
    this.#fd = this.#compact();
  }

  /** Opens the spool of a folder. @throws HP7302 when another process has it open */
  static open(folder: string): Spool {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, "runner.pid");
    const lock = takeLock(file);
    if (!("holder" in lock)) return new Spool(folder, lock);
    const { pid, host } = lock.holder;
    throw problem(agentProblems, "HP7302", { folder, file, pid, host }, { file });
  }

  /** What is to be told, oldest first. */
  get pending(): readonly SpooledTell[] {
    return [...this.#pending.values()];
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Keeps an entry; on disk when it returns. Throws once it is closed. */
  add(entry: SpooledTell): void {
    // Another file may have the descriptor by now.
    if (this.#closed) throw new Error("the spool is closed");
    this.#write(entry);
    fsyncSync(this.#fd);
    this.#pending.set(entry.id, entry);
  }

  /** The server knows of it. */
  done(id: string): void {
    if (!this.#pending.delete(id)) return;
    this.#write({ done: id });
    if (this.#pending.size > 0 || this.#bytes < COMPACT_AT_BYTES) return;
    closeSync(this.#fd);
    this.#fd = this.#compact();
  }

  close(): void {
    this.#closed = true;
    closeSync(this.#fd);
    this.#lock.release();
  }

  #write(line: object): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`, "utf8");
    let from = 0;
    while (from < bytes.length) from += writeSync(this.#fd, bytes, from);
    this.#bytes += bytes.length;
  }

  /** Writes what is pending to a new file that takes the place of the old one at once; answers it, open for more. */
  #compact(): number {
    const beside = `${this.#file}.new`;
    const fd = openSync(beside, "w", 0o600);
    const text = [...this.#pending.values()].map((entry) => `${JSON.stringify(entry)}\n`).join("");
    writeSync(fd, text);
    fsyncSync(fd);
    closeSync(fd);
    renameSync(beside, this.#file);
    const folder = openSync(dirname(this.#file), "r");
    fsyncSync(folder);
    closeSync(folder);
    this.#bytes = 0;
    return openSync(this.#file, "a", 0o600);
  }
}

function linesOf(file: string): readonly unknown[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line): unknown[] => {
    try {
      return line === "" ? [] : [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}
