/** Ends a turn. @param cost what the turn took, in the unit in which turns are compared; at least 0 */
export type EndTurn = (cost: number) => void;

/** Shares what can be done at one time between those who ask for it. */
export interface FairShare {
  /** Resolves when it is the turn of `name`. The caller must end the turn, whatever happens in it. */
  turn(name: string): Promise<EndTurn>;
  /** How many wait for their turn. */
  readonly waiting: number;
}

interface Asking {
  readonly name: string;
  readonly start: number;
  readonly order: number;
  readonly begin: (end: EndTurn) => void;
}

/** Every turn costs at least this, so that empty ones are not free: a transaction has a price of its own. */
const BASE_COST = 10;

/**
 * Start-time fair queueing (Goyal, Vin and Cheng, 1996) over turns whose cost is known when they end.
 *
 * ```
 *   turn ──▶ waiting ──(a place is free, earliest start)──▶ running ──end(cost)──▶ the next of `name` starts later by cost
 * ```
 *
 * The start of a request is the later of the virtual time and the end of its name's turn before; virtual time is the
 * start of the turn that began last. Among names that always ask, none gets ahead of another by more than one of its own
 * turns and one of the other's, whatever their turns cost; a name that did nothing for a while has saved up nothing.
 *
 * @param places turns that may run at one time, at least 1
 */
export function createFairShare(places: number): FairShare {
  if (!(places >= 1)) throw new RangeError("a fair share needs at least one place");
  const ends = new Map<string, number>();
  const asking: Asking[] = [];
  let running = 0;
  let virtual = 0;
  let orders = 0;

  function next(): void {
    while (running < places && asking.length > 0) {
      // A handful of tenants asks at one time, one request each: looking at all of them is cheaper than a heap.
      const first = asking.reduce((best, one) => (before(one, best) ? one : best));
      asking.splice(asking.indexOf(first), 1);
      running += 1;
      virtual = first.start;
      // Until it ends it stands for the least that it can cost.
      ends.set(first.name, first.start + BASE_COST);
      first.begin(endOf(first));
    }
  }

  function endOf({ name, start }: Asking): EndTurn {
    let isOver = false;
    return (cost) => {
      if (isOver) return;
      isOver = true;
      running -= 1;
      ends.set(name, Math.max(ends.get(name) ?? 0, start + BASE_COST + Math.max(0, cost)));
      forget();
      next();
    };
  }

  /** Names whose end has passed start like new ones. */
  function forget(): void {
    if (ends.size < 1_000) return;
    for (const [name, end] of ends) if (end <= virtual) ends.delete(name);
  }

  return {
    turn: (name) =>
      new Promise((resolve) => {
        orders += 1;
        asking.push({ name, start: Math.max(virtual, ends.get(name) ?? 0), order: orders, begin: resolve });
        next();
      }),
    get waiting() {
      return asking.length;
    },
  };
}

function before(one: Asking, other: Asking): boolean {
  return one.start === other.start ? one.order < other.order : one.start < other.start;
}
