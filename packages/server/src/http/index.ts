export {
  type Asset,
  createHttpServer,
  type RequestRecord,
} from "./create-http-server.ts";
export { entityTag, type Precondition, preconditionOf } from "./entity-tag.ts";
export { guardProblems } from "./guard.problems.ts";
export { deedOf, guardedWrite } from "./guarded-write.ts";
export type { AuditTrail, Deed, Guards } from "./guards.ts";
export { httpProblems } from "./http.problems.ts";
export {
  type Call,
  type Implementation,
  implement,
  NothingDone,
  Reply,
  type RequestFacts,
  StreamReply,
} from "./implementation.ts";
export { createKeptAnswers, removeKeptAnswers } from "./kept-answers.store.ts";
export { limitRequest } from "./limit-request.ts";
export type { Authenticate, Principal } from "./principal.ts";
export { problemReply } from "./problem-document.ts";
export { createRateLimits } from "./rate-limits.ts";
export { createRedisCount } from "./redis-count.ts";
export { type RequestParts, validateRequest } from "./request-validation.ts";
export { type Rate, TokenBuckets } from "./token-bucket.ts";
