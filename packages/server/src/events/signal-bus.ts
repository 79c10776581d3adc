/** What a signal can say: something was committed, something became ready to be claimed, or flags were set. */
export const SIGNAL_KINDS = ["committed", "ready", "flags"] as const;

/** One of {@link SIGNAL_KINDS}. */
export type SignalKind = (typeof SIGNAL_KINDS)[number];

/** A record of something for each kind; the compiler sees that none of {@link SIGNAL_KINDS} is left out. */
export function perSignalKind<T>(make: (kind: SignalKind) => T): Record<SignalKind, T> {
  return { committed: make("committed"), ready: make("ready"), flags: make("flags") };
}

/** Stands for every tenant, where something is about all. */
export const EVERY_TENANT = "*";

/** Whether it happened in this process, or on another replica that told of it. */
export type SignalOrigin = "here" | "elsewhere";

/** Wakes those who wait inside this process. A signal carries no content: whoever is woken reads the truth from the database. */
export interface SignalBus {
  /** Wakes everyone who listens for this tenant. @param origin default: here */
  emit(tenant: string, kind: SignalKind, origin?: SignalOrigin): void;
  /** Wakes everyone: something may have happened elsewhere that was not told. */
  wakeAll(): void;
  /** Listens; the answer stops it. */
  on(tenant: string, kind: SignalKind, listener: () => void): () => void;
  /** Listens to every tenant: for telling other replicas. */
  onAny(listener: (tenant: string, kind: SignalKind, origin: SignalOrigin) => void): () => void;
}

/** Makes a bus. */
export function createSignalBus(): SignalBus {
  const listeners = new Map<string, Set<() => void>>();
  const watchers = new Set<(tenant: string, kind: SignalKind, origin: SignalOrigin) => void>();
  return {
    emit(tenant, kind, origin = "here") {
      for (const listener of listeners.get(`${kind} ${tenant}`) ?? []) listener();
      for (const watcher of watchers) watcher(tenant, kind, origin);
    },
    wakeAll() {
      for (const of of listeners.values()) for (const listener of of) listener();
    },
    on(tenant, kind, listener) {
      const key = `${kind} ${tenant}`;
      const known = listeners.get(key) ?? new Set();
      listeners.set(key, known);
      known.add(listener);
      return () => {
        known.delete(listener);
        if (known.size === 0) listeners.delete(key);
      };
    },
    onAny(listener) {
      watchers.add(listener);
      return () => void watchers.delete(listener);
    },
  };
}
