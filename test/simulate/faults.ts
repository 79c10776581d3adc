import type { Chance } from "./chance.ts";
import type { Outage, WorldRecord } from "./records.ts";

/** Everything that can go wrong in a world, each with its usual probability: of a message, of a call to the store, or of a second. */
export const FAULT_KINDS = {
  "request-lost": 0.04,
  "answer-lost": 0.05,
  "request-duplicated": 0.05,
  "message-delayed": 0.12,
  partition: 0.12,
  "store-refused": 0.03,
  "store-unsure": 0.03,
  "store-slow": 0.05,
  "store-partition": 0.05,
  "server-crash": 0.06,
  "server-stop": 0.03,
  "runner-crash": 0.08,
  "runner-drain": 0.05,
  "agent-crash": 0.08,
  "wake-up-lost": 0.3,
  "spool-mark-lost": 0.5,
  "clock-skew": 1,
} as const;

/** One of {@link FAULT_KINDS}. */
export type FaultKind = keyof typeof FAULT_KINDS;

/** All kinds. */
export const ALL_FAULTS: readonly FaultKind[] = Object.keys(FAULT_KINDS).filter(
  (kind) => kind in FAULT_KINDS,
) as FaultKind[];

/** What the faults of one world are made from. */
export interface FaultsParts {
  readonly chance: Chance;
  readonly now: () => number;
  readonly record: (record: WorldRecord) => void;
  /** Kinds that may happen. */
  readonly kinds: ReadonlySet<FaultKind>;
}

/**
 * Decides what goes wrong. Each world has some kinds and not others, each at its own rate, so that worlds differ more than
 * one rate for all of them could make them.
 */
export class Faults {
  readonly counts = new Map<FaultKind, number>();
  readonly outages: Outage[] = [];
  /** False once the world is to come to rest. */
  active = true;
  readonly #parts: FaultsParts;
  readonly #streams = new Map<FaultKind, { readonly chance: Chance; readonly rate: number }>();
  readonly #cuts = new Map<string, { readonly until: number; readonly silent: boolean }>();

  constructor(parts: FaultsParts) {
    this.#parts = parts;
    for (const kind of ALL_FAULTS) {
      const chance = parts.chance.of(kind);
      // Half of the kinds in each world; the decision is made for the others, too, so that leaving one out changes no other.
      const isOn = chance.is(0.5) || kind === "clock-skew";
      const strength = 0.25 + 2 * chance.random();
      if (isOn && parts.kinds.has(kind))
        this.#streams.set(kind, { chance, rate: Math.min(0.9, FAULT_KINDS[kind] * strength) });
    }
  }

  /** Whether this kind happens in this world at all. */
  has(kind: FaultKind): boolean {
    return this.#streams.has(kind);
  }

  /** Whether it happens now. @param share of its rate; for kinds that are rated by the second, seconds since the last call */
  strikes(kind: FaultKind, share = 1): boolean {
    const stream = this.#streams.get(kind);
    if (stream === undefined || !this.active) return false;
    if (!stream.chance.is(stream.rate * share)) return false;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return true;
  }

  /** Says what was done, for the history. */
  tell(fault: FaultKind | "calm", what: string): void {
    this.#parts.record({ type: "fault", at: this.#parts.now(), fault, what });
  }

  /** A number of this kind's own. */
  chance(kind: FaultKind): Chance {
    return this.#streams.get(kind)?.chance ?? this.#parts.chance;
  }

  /** Nothing passes between two for a time. @param silent what is sent is lost without a word, instead of being refused */
  cut(one: string, other: string, ms: number, silent: boolean): void {
    this.#cuts.set(pair(one, other), { until: this.#parts.now() + ms, silent });
  }

  /** Null while messages pass between two. */
  cutBetween(one: string, other: string): "silent" | "refused" | null {
    const cut = this.#cuts.get(pair(one, other));
    if (cut === undefined || !this.active || cut.until <= this.#parts.now()) return null;
    return cut.silent ? "silent" : "refused";
  }

  /** A server cannot be expected to free leases for a time. */
  away(server: string, ms: number): void {
    const from = this.#parts.now();
    this.outages.push({ server, from, until: from + ms });
  }
}

function pair(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
