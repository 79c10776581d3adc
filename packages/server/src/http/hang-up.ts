import type { Socket } from "node:net";

/** Tells of a caller that hangs up while it waits, and of a server that shuts down. */
export class HangUp {
  private readonly socket: Socket;
  private readonly closing: AbortSignal;
  private controller: AbortController | null = null;

  constructor(socket: Socket, closing: AbortSignal) {
    this.socket = socket;
    this.closing = closing;
  }

  /** Made when it is first asked for: most requests are answered at once and wait for nothing. */
  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController();
      if (this.closing.aborted || this.socket.destroyed) this.abort();
      this.socket.once("close", this.abort);
      this.closing.addEventListener("abort", this.abort, { once: true });
    }
    return this.controller.signal;
  }

  /** Listens no longer. */
  stop(): void {
    if (this.controller === null) return;
    this.socket.off("close", this.abort);
    this.closing.removeEventListener("abort", this.abort);
  }

  private readonly abort = (): void => {
    this.controller?.abort();
  };
}
