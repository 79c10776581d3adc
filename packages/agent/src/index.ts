export { agentProblems } from "./agent.problems.ts";
export { AgentPool, type PoolEvent, type PoolOptions } from "./attempt/agent-pool.ts";
export { addToInbox } from "./attempt/inbox.ts";
export { attemptName } from "./attempt/run-attempt.ts";
export type { AttemptAccount, ClaimedWork, WorkRef, WorkSource } from "./attempt/work-source.ts";
export type { CapturedStream, CommandResult } from "./command/command.types.ts";
export { runCommand } from "./command/run-command.ts";
export { isInside } from "./command/working-directory.ts";
export { type IsolationReport, probeIsolation } from "./isolation/probe-isolation.ts";
export { planProtection } from "./isolation/protection.ts";
export { type Agent, commandsOf } from "./manifest/agent.ts";
export { loadAgents } from "./manifest/load-agents.ts";
export { agentTakes, offeredCapabilities, requiredCapabilities } from "./manifest/match-agent.ts";
export { probeGroups } from "./quota/find-groups.ts";
export { proveGroups } from "./quota/prove-groups.ts";
export type { Controller, GroupsReport } from "./quota/quota.types.ts";
export {
  type DiscoveredAgent,
  type Discovery,
  discoverScripts,
  manifestText,
} from "./runner/discover-scripts.ts";
export { Runner, type RunnerOptions } from "./runner/runner.ts";
export { type RunnerHealth, serveHealth } from "./runner/runner-health.ts";
export type { RunnerEvent } from "./runner/runner-protocol.ts";
export { isDraftOf, TokenFile } from "./runner/token-file.ts";
export { type TokenEvent, type TokenHolder, TokenKeeper } from "./runner/token-keeper.ts";
export { digestInputs } from "./subject/digest-inputs.ts";
export { subjectOf } from "./subject/subject-of.ts";
export { cleanIgnored } from "./worktree/clean-ignored.ts";
export { openWorktree, pruneWorktrees, removeWorktree, type Worktree } from "./worktree/create-worktree.ts";
export { mergeWorktree } from "./worktree/merge-worktree.ts";
