export type * from "./check-runner.ts";
export { type EvidenceBook, openEvidenceBook, storeRecords } from "./evidence-book.ts";
export { createGateStore } from "./gate.store.ts";
export type * from "./gate.types.ts";
export {
  createGatekeeper,
  type Gatekeeper,
  type GatekeeperListener,
  type GatekeeperParts,
  type JudgeRequest,
} from "./gatekeeper.ts";
export { gateProblems } from "./gates.problems.ts";
export { type GateRoom, gateRoutes } from "./gates.routes.ts";
export { type HandedBy, type HandedEvidence, handedOverRecords } from "./handed-over.ts";
export type { Observation as CheckObservation } from "./observe-check.ts";
export { type PersonWord, waiverRecord, witnessRecord } from "./person-record.ts";
export { handedFromUpload, type UploadedEvidence } from "./uploaded-evidence.ts";
export { attemptOf } from "./window-records.ts";
