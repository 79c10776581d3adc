/** A signal of one call that its caller, or time, may end. */
export interface LinkedAbort {
  readonly signal: AbortSignal;
  /** Begins to count the time anew. */
  postpone(): void;
  /** The call is over: lets go of the caller's signal and of the timer. */
  release(): void;
}

/**
 * Makes a signal that aborts with another, or after a time. Unlike `AbortSignal.any`, it cannot be collected as garbage
 * while the call goes on, and leaves no listener on the caller's signal behind.
 *
 * @param outer the caller's
 * @param ms how long the call may take, milliseconds
 */
export function linkAbort(outer: AbortSignal | undefined, ms: number): LinkedAbort {
  const controller = new AbortController();
  const hangUp = (): void => controller.abort(outer?.reason);
  const start = (): NodeJS.Timeout =>
    setTimeout(() => controller.abort(new DOMException(`nothing came within ${ms} ms`, "TimeoutError")), ms);
  let timer = start();
  outer?.addEventListener("abort", hangUp, { once: true });
  if (outer?.aborted === true) hangUp();
  return {
    signal: controller.signal,
    postpone() {
      clearTimeout(timer);
      timer = start();
    },
    release() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", hangUp);
    },
  };
}
