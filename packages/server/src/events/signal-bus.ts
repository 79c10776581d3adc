/** What a signal says: something was committed, or something became ready to be claimed. */
export type SignalKind = "committed" | "ready";

/** Wakes those who wait inside this process. A signal carries no content: whoever is woken reads the truth from the database. */
export interface SignalBus {
  /** Wakes everyone who listens for this tenant. */
  emit(tenant: string, kind: SignalKind): void;
  /** Listens; the answer stops it. */
  on(tenant: string, kind: SignalKind, listener: () => void): () => void;
  /** Listens to every tenant: for telling other replicas. */
  onAny(listener: (tenant: string, kind: SignalKind) => void): () => void;
}

/** Makes a bus. */
export function createSignalBus(): SignalBus {
  const listeners = new Map<string, Set<() => void>>();
  const watchers = new Set<(tenant: string, kind: SignalKind) => void>();
  return {
    emit(tenant, kind) {
      for (const listener of listeners.get(`${kind} ${tenant}`) ?? []) listener();
      for (const watcher of watchers) watcher(tenant, kind);
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
