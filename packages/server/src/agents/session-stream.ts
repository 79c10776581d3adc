import type { Order, RunnerSessions } from "./sessions.ts";

/** A comment shows both sides that the other is there, milliseconds. */
const KEEP_ALIVE_MS = 10_000;
/** How long a runner should wait before it connects again, milliseconds. */
const RETRY_MS = 100;

/** The stream of a runner's session: its orders, and a sign of life in between. Its end is seen as the runner's. */
export async function* sessionStream(
  sessions: RunnerSessions,
  runner: string,
  owner: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const orders: Order[] = [];
  let wake: (() => void) | null = null;
  const end = sessions.open(runner, owner, (order) => {
    orders.push(order);
    wake?.();
  });
  // A stream whose reader is gone is not asked for more, so its end is seen here first.
  signal.addEventListener("abort", end, { once: true });
  try {
    yield `retry: ${RETRY_MS}\n: session of ${runner}\n\n`;
    while (!signal.aborted) {
      const told = orders.splice(0);
      if (told.length > 0) yield told.map((order) => `event: order\ndata: ${JSON.stringify(order)}\n\n`).join("");
      else {
        await new Promise<void>((resolve) => {
          const done = (): void => {
            clearTimeout(timer);
            signal.removeEventListener("abort", done);
            wake = null;
            resolve();
          };
          const timer = setTimeout(done, KEEP_ALIVE_MS);
          wake = done;
          signal.addEventListener("abort", done, { once: true });
        });
        if (orders.length === 0) yield ": still here\n\n";
      }
    }
  } finally {
    signal.removeEventListener("abort", end);
    end();
  }
}
