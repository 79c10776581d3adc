import { AsyncLocalStorage } from "node:async_hooks";

const scope = new AsyncLocalStorage<string>();

/** Runs what a request causes; events that are written meanwhile carry its trace. @param trace W3C trace id */
export function withTrace<T>(trace: string, run: () => T): T {
  return scope.run(trace, run);
}

/** The trace of the request that is being answered; null where none is. */
export function currentTrace(): string | null {
  return scope.getStore() ?? null;
}
