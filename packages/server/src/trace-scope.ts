import { AsyncLocalStorage } from "node:async_hooks";
import type { SpanPlace } from "@holdpoint/trace";

interface Scope {
  readonly trace: string | null;
  readonly place: SpanPlace | null;
}

const scope = new AsyncLocalStorage<Scope>();

/**
 * Runs what a request causes; events that are written meanwhile carry its trace.
 *
 * @param trace W3C trace id
 * @param place span of the request; null where none is made
 */
export function withTrace<T>(trace: string, run: () => T, place: SpanPlace | null = null): T {
  return scope.run({ trace, place }, run);
}

/** Runs what belongs to a span and to no one request. */
export function withPlace<T>(place: SpanPlace, run: () => T): T {
  return scope.run({ trace: null, place }, run);
}

/** The trace of the request that is being answered; null where none is. */
export function currentTrace(): string | null {
  return scope.getStore()?.trace ?? null;
}

/** The span that what runs now belongs to; null where none is. */
export function currentPlace(): SpanPlace | null {
  return scope.getStore()?.place ?? null;
}
