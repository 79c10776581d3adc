import type { DueTenants } from "./due-tenants.ts";
import { type BackgroundService, createBackgroundService, type RoundOutcome } from "./jobs/index.ts";
import type { WorkRooms } from "./work-operations.ts";

/** Leases that ran out and reports that nobody settled are looked for this often, milliseconds. */
export const SWEEP_MS = 1_000;
/** Longest pause of a service whose rounds fail, milliseconds. */
export const BACK_OFF_MS = 5_000;

/** What the services of work are made from. */
export interface WorkServicesParts {
  readonly due: DueTenants;
  readonly rooms: (tenant: string) => Promise<Pick<WorkRooms, "work" | "completion">>;
  readonly now: () => number;
  readonly random: () => number;
  readonly onRound?: (round: RoundOutcome<unknown>) => void;
}

/** What happens to work by itself, on each replica: leases end, and what is reported is settled. */
export function createWorkServices(parts: WorkServicesParts): {
  readonly leases: BackgroundService;
  readonly settle: BackgroundService;
} {
  const { due, rooms, now, random, onRound } = parts;
  const shared = { everyMs: SWEEP_MS, backOffMs: BACK_OFF_MS, random, ...(onRound === undefined ? {} : { onRound }) };
  return {
    leases: createBackgroundService({
      ...shared,
      name: "leases",
      runOnce: async () => {
        const ids = await due.withExpiredLeases(now());
        const freed = await Promise.all(ids.map(async (tenant) => (await rooms(tenant)).work.expire()));
        return freed.flat().length;
      },
    }),
    settle: createBackgroundService({
      ...shared,
      name: "settle",
      runOnce: async () => {
        let moved = 0;
        for (const { tenant, planId } of await due.withReportedTasks(now())) {
          moved += await (await rooms(tenant)).completion.settlePlan(planId);
        }
        return moved;
      },
    }),
  };
}
