export { createFlags, type Flags } from "./flag.store.ts";
export { flagProblems } from "./flags.problems.ts";
export { flagRoutes } from "./flags.routes.ts";
