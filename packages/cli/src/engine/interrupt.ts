/** Ctrl-C and SIGTERM as an abort signal: the first asks to end in good order, the second ends at once. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives the signals back to the process. */
  stop(): void;
}

const INTERRUPTED = 130;

/** Begins to listen. */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  const handle = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    signal: controller.signal,
    stop() {
      process.off("SIGINT", handle);
      process.off("SIGTERM", handle);
    },
  };
}
