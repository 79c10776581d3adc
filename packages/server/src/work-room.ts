import { refusedCommand } from "./run/index.ts";
import type { TenantRooms } from "./tenant-rooms.ts";
import type { WorkRoom } from "./work/index.ts";

type Rooms = Pick<TenantRooms, "work" | "handOut" | "payloads" | "noteProgress" | "planOf">;

/** What the routes of work need of one tenant. */
export function workRoom(of: Rooms): WorkRoom {
  return {
    work: of.work,
    handOut: of.handOut,
    payloads: (taskIds) => of.payloads(taskIds),
    noteProgress: (ref, said) => of.noteProgress(ref, said),
    gateBriefs: (planId, keys) => gateBriefs(of, planId, keys),
    refused: (ref, verb, outcome) => refusedCommand(ref.taskId, ref.attempt, verb, outcome),
  };
}

async function gateBriefs(
  of: Rooms,
  planId: string,
  keys: readonly string[],
): Promise<readonly { key: string; metric: string | null; text: string }[]> {
  const wanted = new Set(keys);
  const gates = (await of.planOf(planId))?.plan.gates ?? [];
  return gates.filter(({ key }) => wanted.has(key)).map(({ key, metric, text }) => ({ key, metric, text }));
}
