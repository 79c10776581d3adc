/** Counts the requests that are being answered. */
export interface InFlight {
  begin(): void;
  end(): void;
  /** How many there are. */
  count(): number;
  /** Resolves when there is none, or after this many milliseconds. */
  empty(mostMs: number): Promise<void>;
}

/** Makes a count that begins at none. */
export function createInFlight(): InFlight {
  let count = 0;
  const waiting = new Set<() => void>();
  return {
    begin: () => {
      count += 1;
    },
    end: () => {
      count -= 1;
      if (count === 0) for (const done of waiting) done();
    },
    count: () => count,
    empty: (mostMs) =>
      new Promise((resolve) => {
        if (count === 0) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, mostMs);
        waiting.add(done);
      }),
  };
}
