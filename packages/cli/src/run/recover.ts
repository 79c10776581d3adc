import { hostname } from "node:os";
import { attemptName, pruneWorktrees } from "@holdpoint/agent";
import type { WorkStore } from "@holdpoint/server";
import type { PlanPlace } from "../place/plan-place.ts";
import { clearDrafts } from "./clear-drafts.ts";

const ALL = 1_000_000;

/** Names this process as the holder of leases. */
export function ownerName(): string {
  return `${hostname()}:${process.pid}`;
}

/** What is left of a run that was killed. */
export interface Remains {
  readonly work: WorkStore;
  readonly planId: string;
  readonly place: PlanPlace;
  /** Where worktrees lie. */
  readonly stateFolder: string;
  /** No other process can hold leases: the database is the embedded one, which this process has locked. */
  readonly sole: boolean;
}

/**
 * Hands back what a run that was killed still holds, without counting the try, and removes the working trees it left.
 * Those of attempts that wait to be judged stay.
 *
 * @returns how many tasks were handed back
 */
export async function recoverWork({ work, planId, place, stateFolder, sole }: Remains): Promise<number> {
  let handedBack = 0;
  for (const task of await work.list({ planId, states: ["leased"], limit: ALL })) {
    const owner = task.lease?.owner ?? "";
    if (!sole && !isDeadHere(owner)) continue;
    const reason = "the run that held it was ended";
    const released = await work.release({ taskId: task.taskId, attempt: task.attempt, reason });
    if (released.ok) handedBack++;
  }
  // Of every plan in this database: another plan of the same folder may have work that is held.
  const unsettled = await work.list({ states: ["reported", "held"], limit: ALL });
  const keep = new Set(
    unsettled.filter(({ attempt }) => attempt > 0).map(({ taskId, attempt }) => attemptName({ taskId, attempt })),
  );
  await pruneWorktrees(place.dir, { keep, stateFolder });
  clearDrafts(place);
  return handedBack;
}

function isDeadHere(owner: string): boolean {
  const [host, pid] = owner.split(":");
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
