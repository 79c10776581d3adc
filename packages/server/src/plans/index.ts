export { createPlanStore, importPlan } from "./plan.store.ts";
export type * from "./plan.types.ts";
export { planRoutes, type PlanRoom, toPlanView } from "./plans.routes.ts";
export { createDocumentShelf, graphOf, type JudgedPlan, readDocument } from "./stored-document.ts";
