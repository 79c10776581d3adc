export { createPlanStore, importPlan } from "./plan.store.ts";
export type * from "./plan.types.ts";
