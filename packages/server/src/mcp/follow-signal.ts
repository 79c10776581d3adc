/**
 * Runs with a signal that follows another one for as long as that takes. Unlike `AbortSignal.any`, it leaves nothing behind
 * on a signal that outlives it.
 */
export async function whileFollowing<T>(lasting: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const following = new AbortController();
  const abort = (): void => following.abort(lasting.reason);
  if (lasting.aborted) abort();
  lasting.addEventListener("abort", abort, { once: true });
  try {
    return await run(following.signal);
  } finally {
    lasting.removeEventListener("abort", abort);
  }
}
