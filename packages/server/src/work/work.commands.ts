import { type TaskCommandKind, type TaskKind, type TaskState, transition } from "@holdpoint/core";
import type { SpanPlace } from "@holdpoint/trace";
import type {
  AcceptCommand,
  AssignCommand,
  AttemptRef,
  CancelCommand,
  Claim,
  ClaimRequest,
  CommandOutcome,
  CreateOutcome,
  CreateRequest,
  ExpireRequest,
  FailCommand,
  HaltCommand,
  HandBackCommand,
  HoldCommand,
  OperatorCommand,
  PrioritiseCommand,
  RefuseCommand,
  ReleaseCommand,
  RenewCommand,
  ReportCommand,
} from "./work.types.ts";

/** A command on its way to a batch. */
export type WorkCommand =
  | { readonly kind: "renew"; readonly input: RenewCommand }
  | { readonly kind: "report"; readonly input: ReportCommand }
  | { readonly kind: "release"; readonly input: ReleaseCommand }
  | { readonly kind: "fail"; readonly input: FailCommand }
  | { readonly kind: "hold"; readonly input: HoldCommand }
  | { readonly kind: "refuse"; readonly input: RefuseCommand }
  | { readonly kind: "handBack"; readonly input: HandBackCommand }
  | { readonly kind: "accept"; readonly input: AcceptCommand }
  | { readonly kind: "cancel"; readonly input: CancelCommand }
  | { readonly kind: "redrive"; readonly input: OperatorCommand }
  | { readonly kind: "halt"; readonly input: HaltCommand }
  | { readonly kind: "reoffer"; readonly input: OperatorCommand }
  | { readonly kind: "prioritise"; readonly input: PrioritiseCommand }
  | { readonly kind: "assign"; readonly input: AssignCommand }
  | { readonly kind: "create"; readonly input: CreateRequest }
  | { readonly kind: "expire"; readonly input: ExpireRequest }
  | { readonly kind: "claim"; readonly input: ClaimRequest };

/** Where a command comes from; a batch holds commands of many requests. */
export interface CommandOrigin {
  /** Trace of the request. */
  readonly trace: string | null;
  /** Span of the command; null where none is made. */
  readonly span: SpanPlace | null;
}

/** A command with the request that gave it. */
export interface TracedCommand extends CommandOrigin {
  readonly command: WorkCommand;
}

/** The commands that speak of one task. */
export type TaskCommandOf = Exclude<WorkCommand, { kind: "claim" | "expire" | "create" }>;

/** What a command answers: claims and expiries lists, creations their tasks, everything else an outcome. */
export type WorkResult =
  | { readonly kind: "outcome"; readonly outcome: CommandOutcome }
  | { readonly kind: "claims"; readonly claims: readonly Claim[] }
  | { readonly kind: "created"; readonly created: CreateOutcome }
  | { readonly kind: "freed"; readonly freed: readonly AttemptRef[] };

/** Where a task stood when a command for it changed nothing. */
export interface Standing {
  readonly kind: TaskKind;
  readonly state: TaskState;
  readonly unmet: number;
  readonly attempt: number;
  readonly tries: number;
  readonly maxAttempts: number;
  readonly judgeFirst: boolean;
  readonly blocked: boolean;
  readonly holder: string | null;
}

/** The answer to a command that changed nothing, by the transition table. */
export function refusalOf(command: TaskCommandOf, standing: Standing | null): CommandOutcome {
  if (standing === null) return { ok: false, reason: "not_found", state: null, attempt: null, holder: null };
  const { state, attempt, holder } = standing;
  return { ok: false, reason: refusalReason(command, standing), state, attempt, holder };
}

function refusalReason(command: TaskCommandOf, standing: Standing): "fenced" | "wrong_state" | "guard" {
  const carried = "attempt" in command.input ? { attempt: command.input.attempt } : {};
  // These move nothing, and fit every open task that is offered to agents.
  if (command.kind === "prioritise" || command.kind === "assign") {
    return standing.kind === "checkpoint" ? "guard" : "wrong_state";
  }
  // Renewing moves nothing; it is allowed exactly where a report is.
  const kind: TaskCommandKind = command.kind === "renew" ? "report" : command.kind;
  const result = transition(standing, { kind, ...carried });
  // It would be allowed by now: another command of the same moment came first and was answered.
  return result.ok ? "wrong_state" : result.reason;
}
