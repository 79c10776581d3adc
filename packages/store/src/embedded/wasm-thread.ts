import { Worker } from "node:worker_threads";
import type { WireBackend } from "./wasm-stream.ts";
import { WASM_WORKER } from "./wasm-worker.generated.ts";
import type { WasmWorkerData } from "./wasm-worker.ts";

/** Addresses of PGlite's modules. */
export type WasmModules = Pick<WasmWorkerData, "pglite" | "nodefs">;

interface Waiting {
  readonly resolve: (answer: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** The thread in which PostgreSQL runs. It keeps this process alive only while an answer is awaited. */
export class WasmThread implements WireBackend {
  private readonly worker: Worker;
  private readonly waiting: Waiting[] = [];
  private readonly exited: Promise<unknown>;
  private ended: Error | null = null;

  private constructor(data: WasmWorkerData) {
    this.worker = new Worker(WASM_WORKER, { eval: true, workerData: data, execArgv: [], stdout: true, stderr: true });
    // What PostgreSQL writes as it starts is of no use to people; its errors come as answers.
    this.worker.stdout.resume();
    this.worker.stderr.resume();
    this.exited = new Promise((resolve) => this.worker.once("exit", resolve));
    this.worker.on("error", (error) => this.end(error instanceof Error ? error : new Error(String(error))));
    this.worker.on("exit", () => this.end(new Error("the thread of the database has ended; connection terminated")));
  }

  /** Starts it and waits until it is ready. @throws Error when it cannot start */
  static async start(data: WasmWorkerData): Promise<WasmThread> {
    const thread = new WasmThread(data);
    const ready = thread.await();
    thread.worker.on("message", (message: unknown) => thread.take(message));
    await ready;
    return thread;
  }

  async exchange(batch: Uint8Array): Promise<Uint8Array> {
    const answer = this.await();
    this.worker.postMessage(batch, []);
    return await answer;
  }

  /** Lets it finish what it was given, close its files and end. */
  async stop(): Promise<void> {
    if (this.ended === null) {
      this.worker.ref();
      this.worker.postMessage("close", []);
    }
    await this.exited;
  }

  private async await(): Promise<Uint8Array> {
    if (this.ended !== null) throw this.ended;
    this.worker.ref();
    return await new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  private take(message: unknown): void {
    const first = this.waiting.shift();
    if (this.waiting.length === 0) this.worker.unref();
    if (message instanceof Uint8Array) first?.resolve(message);
    else if (message === "ready") first?.resolve(new Uint8Array());
    else first?.reject(new Error(failureOf(message)));
  }

  private end(error: Error): void {
    this.ended ??= error;
    for (const waiting of this.waiting.splice(0)) waiting.reject(this.ended);
  }
}

function failureOf(message: unknown): string {
  const isFailure = typeof message === "object" && message !== null && "failed" in message;
  return isFailure && typeof message.failed === "string"
    ? message.failed
    : "the thread of the database answered nonsense";
}
