import { Duplex } from "node:stream";

/** What a stream talks to: bytes in, bytes out, one answer for each batch. */
export interface WireBackend {
  /** @throws when the database is gone */
  exchange(batch: Uint8Array): Promise<Uint8Array>;
}

const AUTHENTICATION_OK = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
/** Messages after which a client waits for an answer: Query, Sync, Flush. */
const ENDS_A_BATCH: ReadonlySet<number> = new Set([0x51, 0x53, 0x48]);
const TERMINATE = 0x58;
/** What a new connection finds: nothing of the one before. */
const RESET = [query("ROLLBACK"), query("DISCARD ALL")];

/**
 * A connection of `pg` to a PostgreSQL that is not behind a socket: takes the place of the socket.
 *
 * There is one session behind it, so one stream at a time; a new one begins by resetting what an earlier one left.
 */
export class WasmStream extends Duplex {
  private readonly backend: WireBackend;
  private waiting: Buffer = Buffer.alloc(0);
  private batch: Buffer[] = [];
  private started = false;

  constructor(backend: WireBackend) {
    super();
    this.backend = backend;
  }

  /** As of a socket. */
  connect(): this {
    process.nextTick(() => this.emit("connect"));
    return this;
  }

  /** As of a socket; there is nothing to set. */
  setNoDelay(): this {
    return this;
  }

  /** As of a socket; there is nothing to set. */
  setKeepAlive(): this {
    return this;
  }

  /** As of a socket; the thread behind holds the process while it works. */
  ref(): this {
    return this;
  }

  /** As of a socket; the thread behind holds the process while it works. */
  unref(): this {
    return this;
  }

  override _read(): void {
    // Answers are pushed as they come.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.waiting = this.waiting.length === 0 ? chunk : Buffer.concat([this.waiting, chunk]);
    void settle(this.takeMessages(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.push(null);
    done();
  }

  private async takeMessages(): Promise<void> {
    for (;;) {
      // A startup message has no letter before its length.
      const header = this.started ? 1 : 0;
      if (this.waiting.length < header + 4) return;
      const size = header + this.waiting.readUInt32BE(header);
      if (this.waiting.length < size) return;
      const message = this.waiting.subarray(0, size);
      this.waiting = this.waiting.subarray(size);
      if (!this.started) await this.start();
      else await this.pass(message);
    }
  }

  private async start(): Promise<void> {
    this.started = true;
    for (const message of RESET) await this.backend.exchange(message);
    this.push(AUTHENTICATION_OK);
    this.push(READY);
  }

  private async pass(message: Buffer): Promise<void> {
    const kind = message[0] ?? 0;
    if (kind === TERMINATE) return;
    this.batch.push(message);
    if (!ENDS_A_BATCH.has(kind)) return;
    const answer = await this.backend.exchange(Buffer.concat(this.batch.splice(0)));
    if (answer.byteLength > 0) this.push(answer);
  }
}

async function settle(work: Promise<void>, done: (error?: Error | null) => void): Promise<void> {
  let failure: Error | null = null;
  try {
    await work;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  done(failure);
}

function query(text: string): Buffer {
  const body = Buffer.from(`${text}\0`);
  const head = Buffer.alloc(5);
  head.write("Q");
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}
