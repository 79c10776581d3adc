import type { TextSink } from "./progress-view.ts";

/** What of a process the guard needs; `process` is one. */
export interface GuardedProcess {
  readonly pid: number;
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  listenerCount(event: string): number;
  kill(pid: number, signal: NodeJS.Signals): unknown;
}

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
const HIDE = "\u001b[?25l";
const SHOW = "\u001b[?25h";

/**
 * Hides the cursor and makes sure that it comes back: on release, on exit, and on a signal that nobody else handles,
 * which then ends the process as it would have without the guard.
 *
 * @returns releases the guard and shows the cursor; further calls do nothing
 */
export function hideCursor(out: TextSink, guarded: GuardedProcess): () => void {
  let isHidden = true;
  const show = (): void => {
    if (isHidden) out.write(SHOW);
    isHidden = false;
  };
  const handlers = SIGNALS.map((signal) => ({
    signal,
    handle: (): void => {
      // Somebody who handles the signal will close the view in good order.
      if (guarded.listenerCount(signal) > 1) return;
      release();
      guarded.kill(guarded.pid, signal);
    },
  }));
  const release = (): void => {
    show();
    guarded.off("exit", show);
    for (const { signal, handle } of handlers) guarded.off(signal, handle);
  };
  guarded.on("exit", show);
  for (const { signal, handle } of handlers) guarded.on(signal, handle);
  out.write(HIDE);
  return release;
}
