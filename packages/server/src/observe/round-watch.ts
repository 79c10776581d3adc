import type { RoundOutcome } from "../jobs/index.ts";
import type { PartHealth } from "./system.routes.ts";

/** A background service without a good round for this long does not do its work, milliseconds. */
const STALE_AFTER_MS = 30_000;

/** Knows when each background service last had a good round. */
export interface RoundWatch {
  saw(round: RoundOutcome<unknown>): void;
  /** One part for each service. */
  parts(): readonly PartHealth[];
}

/**
 * Watches services.
 *
 * @param names those that work cannot do without
 * @param now milliseconds since the epoch
 */
export function createRoundWatch(names: readonly string[], now: () => number): RoundWatch {
  const seen = new Map(names.map((name) => [name, { lastGoodAt: now(), tookMs: 0, failure: "no round yet" }]));
  return {
    saw(round) {
      const service = seen.get(round.name);
      if (service === undefined) return;
      if (round.ok) seen.set(round.name, { lastGoodAt: now(), tookMs: round.tookMs, failure: "no round since" });
      else service.failure = round.error instanceof Error ? round.error.message : String(round.error);
    },
    parts: () =>
      [...seen].map(([name, { lastGoodAt, tookMs, failure }]) => {
        const ageMs = now() - lastGoodAt;
        const isStale = ageMs > STALE_AFTER_MS;
        return {
          name: `service ${name}`,
          status: isStale ? "down" : "ok",
          detail: isStale ? `no good round for ${Math.round(ageMs / 1000)} s: ${failure}` : null,
          tookMs,
        };
      }),
  };
}
