import { hostname } from "node:os";
import { attemptName, pruneWorktrees } from "@holdpoint/agent";
import type { WorkStore } from "@holdpoint/server";
import type { PlanPlace } from "../place/plan-place.ts";

/** Names this process as the holder of leases. */
export function ownerName(): string {
  return `${hostname()}:${process.pid}`;
}

/**
 * Hands back what a run that was killed still holds, without counting the try, and removes what it left on disk.
 *
 * @param sole no other process can hold leases: the database is the embedded one, which this process has locked
 * @returns how many tasks were handed back
 */
export async function recoverWork(work: WorkStore, planId: string, place: PlanPlace, sole: boolean): Promise<number> {
  let handedBack = 0;
  for (const task of await work.list({ planId, states: ["leased"] })) {
    const owner = task.lease?.owner ?? "";
    if (!sole && !isDeadHere(owner)) continue;
    const released = await work.release({ taskId: task.taskId, attempt: task.attempt, reason: "the run that held it was ended" });
    if (released.ok) handedBack++;
  }
  const unsettled = await work.list({ planId, states: ["reported", "held"] });
  const keep = new Set(unsettled.map(({ taskId, attempt }) => attemptName({ taskId, attempt })));
  if (sole) await pruneWorktrees(place.dir, { keep });
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
