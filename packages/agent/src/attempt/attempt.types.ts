import type { AgentLine } from "@holdpoint/contract";
import type { Runtime } from "@holdpoint/core";
import type { CommandResult, CommandSpec, StreamName } from "../command/command.types.ts";
import type { IsolationReport } from "../isolation/probe-isolation.ts";
import type { Worktree } from "../worktree/create-worktree.ts";
import type { Collected } from "./inbox.ts";
import type { WorkRef } from "./work-source.ts";

/** The plan that attempts work on. */
export interface AttemptPlan {
  /** The plan's folder; absolute. */
  readonly dir: string;
  /** The document; absolute, in `dir`. */
  readonly document: string;
  readonly title: string;
  /** `sha256:` digest of the document as it was read. */
  readonly digest: string;
  /** Files that no attempt may change: the sidecar. Absolute. */
  readonly readOnly: readonly string[];
  /** What no attempt may see besides the plan's `.holdpoint/`: the user's keys. Absolute. */
  readonly hidden: readonly string[];
}

/** Where attempts are run, and with what. */
export interface AttemptSettings {
  readonly plan: AttemptPlan;
  readonly runtime: Runtime;
  /** Where worktrees and inboxes lie. @default the user's state folder */
  readonly stateFolder?: string;
  /** Where the bytes of what agents hand over are kept: `.holdpoint/artifacts`. */
  readonly artifactsFolder: string;
  /** @default "auto" */
  readonly isolation?: CommandSpec["isolation"];
  /** What isolation can be had. @default probeIsolation() */
  readonly isolationReport?: IsolationReport;
  /** @default 2000 */
  readonly killGraceMs?: number;
  /** By which an attempt's command goes on with its trace, as `TRACEPARENT`. @default none */
  readonly traceparentOf?: (work: WorkRef) => string | undefined;
}

/** One thing that happened in an attempt while it ran. */
export type AttemptEvent =
  | Exclude<AgentLine, { readonly type: "result" | "artifact" | "evidence" }>
  | { readonly type: "output"; readonly stream: StreamName; readonly text: string };

/** What became of an attempt. */
export interface AttemptOutcome extends WorkRef {
  /** `stopped`: ended from outside, before it was done. */
  readonly outcome: "done" | "failed" | "stopped";
  /** Why not done, for people; null when done. */
  readonly reason: string | null;
  readonly summary: string | null;
  /** Null when it came to no command: no workspace could be made. */
  readonly result: CommandResult | null;
  readonly handedOver: Collected;
  /** Its own working tree; kept, for whoever settles the task. */
  readonly worktree: Worktree | null;
}
