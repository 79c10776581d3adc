/** After a read, pause for so many times as long as it took: what everyone asks for takes a fifth of one connection. */
const PAUSE_FACTOR = 4;
/** Longest pause, milliseconds. A read that takes longer than a quarter of it takes more than a fifth of the time. */
const MOST_PAUSE_MS = 250;

/**
 * Lets callers that ask for the same share one read, without ever telling what was so before they asked: a caller gets
 * the answer of a read that began after it had come. One that runs already may not have seen what the caller has just written.
 *
 * ```
 *   idle ──asked──▶ running ──done──▶ pausing ──over, nobody asked──▶ idle
 *                      ▲                 │
 *                      └──over, asked────┘
 * ```
 */
export class SharedRead<T> {
  readonly #read: () => Promise<T>;
  readonly #now: () => number;
  #isBusy = false;
  #next: Promise<T> | null = null;
  #begin: () => void = () => undefined;

  /** @param now monotonic, milliseconds */
  constructor(read: () => Promise<T>, now: () => number = () => performance.now()) {
    this.#read = read;
    this.#now = now;
  }

  /** Whether nobody reads and nobody waits. */
  get isIdle(): boolean {
    return !this.#isBusy && this.#next === null;
  }

  /** The answer of a read that begins from now on. */
  get(): Promise<T> {
    if (!this.#isBusy) return this.#run();
    this.#next ??= new Promise<void>((resolve) => {
      this.#begin = resolve;
    }).then(() => this.#run());
    return this.#next;
  }

  async #run(): Promise<T> {
    this.#isBusy = true;
    this.#next = null;
    const began = this.#now();
    try {
      return await this.#read();
    } finally {
      const pauseMs = Math.min((this.#now() - began) * PAUSE_FACTOR, MOST_PAUSE_MS);
      setTimeout(() => this.#goOn(), pauseMs).unref();
    }
  }

  #goOn(): void {
    if (this.#next === null) this.#isBusy = false;
    else this.#begin();
  }
}

/** Shared reads by what they are about; those that nobody uses are forgotten. */
export class SharedReads<T> {
  readonly #reads = new Map<string, SharedRead<T>>();

  /** The answer of a read that begins from now on, of all who ask with this key. */
  async get(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#reads.get(key);
    if (known !== undefined) return await known.get();
    for (const [other, one] of this.#reads) if (one.isIdle) this.#reads.delete(other);
    const made = new SharedRead(read);
    this.#reads.set(key, made);
    return await made.get();
  }
}
