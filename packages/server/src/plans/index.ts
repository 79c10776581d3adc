export { createPlanStore, importPlan } from "./plan.store.ts";
export type * from "./plan.types.ts";
export { type PlanRoom, planRoutes, toPlanView } from "./plans.routes.ts";
export { createDocumentShelf, graphOf, type JudgedPlan, readDocument } from "./stored-document.ts";
