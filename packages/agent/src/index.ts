export { agentProblems } from "./agent.problems.ts";
export { AgentPool, type PoolEvent, type PoolOptions, type TellOutcome } from "./attempt/agent-pool.ts";
export type {
  AttemptEvent,
  AttemptOutcome,
  AttemptPlan,
  AttemptSettings,
} from "./attempt/attempt.types.ts";
export { addToInbox, type Collected, type HandedOver, INBOX_BOUNDS } from "./attempt/inbox.ts";
export { type AttemptRequest, attemptName, runAttempt } from "./attempt/run-attempt.ts";
export type { AttemptAccount, ClaimedWork, WorkRef, WorkRequest, WorkSource } from "./attempt/work-source.ts";
export {
  type CapturedStream,
  type CommandLimits,
  type CommandResult,
  type CommandSpec,
  DEFAULT_LIMITS,
  type EndedFor,
  type IsolationOutcome,
  type StreamName,
} from "./command/command.types.ts";
export { type CommandContext, runCommand } from "./command/run-command.ts";
export { type IsolationReport, probeIsolation } from "./isolation/probe-isolation.ts";
export { type PlanProtectionInput, type Protection, planProtection } from "./isolation/protection.ts";
export { type Agent, agentOf, commandsOf } from "./manifest/agent.ts";
export { loadAgents, readAgent } from "./manifest/load-agents.ts";
export {
  ANY,
  agentTakes,
  type MatchableTask,
  offeredCapabilities,
  requiredCapabilities,
  taskWords,
} from "./manifest/match-agent.ts";
export { digestInputs, type InputsDigest } from "./subject/digest-inputs.ts";
export { type Subject, type SubjectOptions, subjectOf } from "./subject/subject-of.ts";
export {
  createWorktree,
  openWorktree,
  pruneWorktrees,
  removeWorktree,
  type Worktree,
  type WorktreeOptions,
} from "./worktree/create-worktree.ts";
export { type MergeOptions, type MergeOutcome, mergeWorktree } from "./worktree/merge-worktree.ts";
