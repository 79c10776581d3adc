export type * from "./check-runner.ts";
export { createGateStore } from "./gate.store.ts";
export type * from "./gate.types.ts";
export {
  createGatekeeper,
  type Gatekeeper,
  type GatekeeperListener,
  type GatekeeperParts,
  type JudgeRequest,
} from "./gatekeeper.ts";
export type { Observation as CheckObservation } from "./observe-check.ts";
