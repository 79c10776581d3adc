import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { CapturedOutput, LineSplitter } from "./captured-output.ts";
import type { CapturedStream, CommandSpec, StreamName } from "./command.types.ts";

/** Takes in both output streams of a command at the pace of whoever listens, and tells when the bound is passed. */
export class OutputPump {
  readonly #spec: CommandSpec;
  readonly #limitBytes: number;
  readonly #onFlood: () => void;
  readonly #captured: Record<StreamName, CapturedOutput>;
  #flowing = false;
  #busy = 0;
  #incomplete = false;
  #listenerError: { readonly error: unknown } | null = null;

  constructor(spec: CommandSpec, limitBytes: number, onFlood: () => void) {
    const keepBytes = spec.keepBytes ?? 1_048_576;
    this.#spec = spec;
    this.#limitBytes = limitBytes;
    this.#onFlood = onFlood;
    this.#captured = { stdout: new CapturedOutput(keepBytes), stderr: new CapturedOutput(keepBytes) };
  }

  /** From now on output is counted, digested and copied, and no listener hears of it. */
  letFlow(): void {
    this.#flowing = true;
  }

  /** True while nobody is being waited for. */
  get idle(): boolean {
    return this.#busy === 0;
  }

  /** Bytes of both streams so far. */
  get bytes(): number {
    return this.#captured.stdout.bytes + this.#captured.stderr.bytes;
  }

  /** Notes that a stream had to be left before its end, so that nothing takes what was kept for the whole. */
  markIncomplete(): void {
    this.#incomplete = true;
  }

  /** Takes in one stream until it ends or is destroyed. */
  async take(stream: Readable, name: StreamName): Promise<void> {
    const lines = new LineSplitter();
    try {
      for await (const chunk of stream) {
        if (!Buffer.isBuffer(chunk)) continue;
        this.#busy += 1;
        await this.#accept(chunk, name, lines);
        this.#busy -= 1;
      }
    } catch {
      // Destroyed because someone outside holds it open: what came until then is what there is.
    }
    await this.#tell(lines.end(), name);
  }

  /** What was kept of a stream. A listener that threw is rethrown here: that is a bug of the caller. */
  finish(name: StreamName): CapturedStream {
    if (this.#listenerError !== null) throw this.#listenerError.error;
    const captured = this.#captured[name].finish();
    return this.#incomplete ? { ...captured, complete: false } : captured;
  }

  async #accept(chunk: Buffer, name: StreamName, lines: LineSplitter): Promise<void> {
    this.#captured[name].add(chunk);
    if (this.bytes > this.#limitBytes) this.#onFlood();
    await copy(this.#spec.copyTo?.[name], chunk);
    if (this.#spec.onLine !== undefined && !this.#flowing) await this.#tell(lines.add(chunk), name);
  }

  async #tell(lines: readonly string[], name: StreamName): Promise<void> {
    for (const line of lines) {
      if (this.#flowing || this.#listenerError !== null) return;
      try {
        await this.#spec.onLine?.(line, name);
      } catch (error) {
        this.#listenerError = { error };
      }
    }
  }
}

async function copy(target: Writable | undefined, chunk: Buffer): Promise<void> {
  if (target === undefined || target.write(chunk)) return;
  const listening = new AbortController();
  const { signal } = listening;
  await Promise.race([once(target, "drain", { signal }), once(target, "close", { signal })]);
  listening.abort();
}
