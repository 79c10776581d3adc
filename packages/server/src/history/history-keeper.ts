import { settings, standardOf } from "@holdpoint/contract";
import { HoldpointError } from "@holdpoint/core";
import { type HistoryRound, keepHistory, type Retention, type Store } from "@holdpoint/store";
import { type BackgroundService, createBackgroundService, type RoundOutcome } from "../jobs/index.ts";
import type { PartHealth } from "../observe/index.ts";

/** How often history is looked after, and the longest pause after rounds that failed; milliseconds. */
const EVERY_MS = 600_000;
const BACK_OFF_MS = 3_600_000;

/** How long history is kept unless the configuration says otherwise. */
export const DEFAULT_RETENTION: Retention = {
  event: standardOf(settings.retentionEvents),
  attempt_output: standardOf(settings.retentionOutput),
};

/** Looks after history: makes its partitions ahead and drops those that are older than what is kept. */
export interface HistoryKeeper {
  readonly service: BackgroundService;
  /** Whether history is kept in order; nothing before the first round. */
  health(): readonly PartHealth[];
  /** Has a round at once. */
  keep(): Promise<HistoryRound>;
}

/** What the keeper is made from. */
export interface HistoryKeeperParts {
  readonly store: Store;
  readonly now: () => number;
  readonly random: () => number;
  readonly retention: Retention;
  readonly onRound?: (round: RoundOutcome<unknown>) => void;
}

/** Makes the keeper; {@link HistoryKeeper.service} has a round every ten minutes. */
export function createHistoryKeeper({ store, now, random, retention, onRound }: HistoryKeeperParts): HistoryKeeper {
  let part: PartHealth | null = null;

  async function keep(): Promise<HistoryRound> {
    const began = performance.now();
    try {
      const round = await keepHistory(store, now(), retention);
      part = { name: "history", status: "ok", detail: null, tookMs: performance.now() - began };
      return round;
    } catch (error) {
      // That the database is away, its own part says; until the next round nothing is wrong with history.
      if (error instanceof HoldpointError && error.code === "HP6010") throw error;
      const detail =
        error instanceof HoldpointError ? `${error.code} ${error.definition.title}` : "the last round failed";
      part = { name: "history", status: "degraded", detail, tookMs: performance.now() - began };
      throw error;
    }
  }

  return {
    service: createBackgroundService({
      name: "history",
      everyMs: EVERY_MS,
      backOffMs: BACK_OFF_MS,
      random,
      runOnce: keep,
      ...(onRound === undefined ? {} : { onRound }),
    }),
    health: () => (part === null ? [] : [part]),
    keep,
  };
}
