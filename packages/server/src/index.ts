export { type App, type AppOptions, createApp, type PlanWithWork } from "./app.ts";
export type * from "./events/index.ts";
export * from "./gates/index.ts";
export type * from "./plans/index.ts";
export * from "./run/index.ts";
export { createSystemRuntime } from "./system-runtime.ts";
export type * from "./work/index.ts";
export { createMemoryWorkStore, workRoomProblems } from "./work/index.ts";
