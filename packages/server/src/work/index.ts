export { importGraph } from "./graph-import.ts";
export { createMemoryWorkStore } from "./work.memory.ts";
export { workRoomProblems } from "./work.problems.ts";
export { createWorkStore } from "./work.store.ts";
export type * from "./work.types.ts";
