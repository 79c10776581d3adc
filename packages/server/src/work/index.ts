export { importGraph } from "./graph-import.ts";
export { HandOut } from "./hand-out.ts";
export { createMemoryWorkStore } from "./work.memory.ts";
export { workRoomProblems } from "./work.problems.ts";
export { type WorkRoom, workRoutes } from "./work.routes.ts";
export { createWorkStore } from "./work.store.ts";
export type * from "./work.types.ts";
