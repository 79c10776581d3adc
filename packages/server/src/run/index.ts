export { acceptedAttempts, attemptWorkspace, producersOf } from "./attempt-facts.ts";
export { type Exposure, recordExposure, signingIsolation } from "./exposure.ts";
export type * from "./run.types.ts";
export { createSettler, needsPersonOrTime, type SettlerParts } from "./settler.ts";
export { type Fleet, type WorkPlanEnd, type WorkPlanListener, type WorkPlanParts, workPlan } from "./work-plan.ts";
