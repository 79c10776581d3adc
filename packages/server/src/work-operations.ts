import { type AgentDesk, agentRoutes, watchWork } from "./agents/index.ts";
import type { Implementation } from "./http/index.ts";
import { completionRoutes, refusedCommand } from "./run/index.ts";
import type { TenantRooms } from "./tenant-rooms.ts";
import { claimedTasks, taskRoutes, workRoutes } from "./work/index.ts";
import { workRoom } from "./work-room.ts";

/** The rooms of one tenant that work goes through, from its creation to its end. */
export type WorkRooms = Pick<
  TenantRooms,
  "work" | "handOut" | "completion" | "payloads" | "noteProgress" | "planOf" | "desk" | "makeCallback"
> & { readonly callbacks: Pick<TenantRooms["callbacks"], "ofTasks"> };

/** What the operations of work are made from. */
export interface WorkOperationsParts {
  readonly rooms: (tenant: string) => Promise<WorkRooms>;
  readonly agents: AgentDesk;
  /** Names this process among its replicas. */
  readonly replica: string;
  readonly now: () => number;
}

/** Everything that agents, runners and those who create tasks can ask for: the protocol of work. */
export function workOperations({ rooms, agents, replica, now }: WorkOperationsParts): readonly Implementation[] {
  return [
    ...watchWork(
      workRoutes(async (tenant) => workRoom(await rooms(tenant)), replica, now),
      (tenant) => agents.room(tenant),
    ),
    ...agentRoutes({
      room: (tenant) => agents.room(tenant),
      now,
      refused: (ref, verb, outcome) => refusedCommand(ref.taskId, ref.attempt, verb, outcome),
      tasksOf: async (tenant, claims) => claimedTasks(workRoom(await rooms(tenant)), claims),
    }),
    ...taskRoutes(async (tenant) => {
      const of = await rooms(tenant);
      return { ...of, refused: (taskId, outcome) => refusedCommand(taskId, null, "move", outcome) };
    }),
    ...completionRoutes(async (tenant) => (await rooms(tenant)).completion),
  ];
}
