export type * from "./work.types.ts";
export { createMemoryWorkStore } from "./work.memory.ts";
export { createWorkStore } from "./work.store.ts";
export { WORK_ROOM_PROBLEMS } from "./work.problems.ts";
