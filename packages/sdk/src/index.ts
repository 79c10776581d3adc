export { type CallOptions, type Client, type ClientOptions, createClient, type Input } from "./client.ts";
export { type Followed, followEvents } from "./follow-events.ts";
export { sdkProblems } from "./sdk.problems.ts";
export { ServerProblem } from "./server-problem.ts";
