import type { WorkCounts } from "./work.types.ts";

/** No task in any state. */
export function emptyCounts(): WorkCounts {
  return { waiting: 0, ready: 0, leased: 0, reported: 0, held: 0, accepted: 0, dead: 0, cancelled: 0 };
}
