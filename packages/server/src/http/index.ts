export { createHttpServer, type HttpServerParts, type RequestRecord } from "./create-http-server.ts";
export { httpProblems } from "./http.problems.ts";
export {
  type Answer,
  type Call,
  type Implementation,
  implement,
  Reply,
  type RequestFacts,
  StreamReply,
} from "./implementation.ts";
export type { Authenticate, Credentials, Principal } from "./principal.ts";
export { problemReply } from "./problem-document.ts";
export { traceOf } from "./trace-context.ts";
