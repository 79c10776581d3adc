import type { Verdict } from "@holdpoint/core";

/** Whether an attempt's changes are in the plan's working tree now. */
export type MergeResult =
  | { readonly ok: true }
  /** The attempt did what it may not. */
  | { readonly ok: false; readonly why: string }
  /** These files have changed since the attempt began, in a way that does not fit: nobody's fault. */
  | { readonly ok: false; readonly conflict: readonly string[] };

/** What an attempt changed, until it is accepted or thrown away. */
export interface AttemptWorkspace {
  /** The plan's folder inside the workspace. */
  readonly dir: string;
  /** Brings the changes into the plan's working tree; all of them or none. */
  merge(): Promise<MergeResult>;
  /** Removes the workspace. */
  discard(): Promise<void>;
}

/** Finds the workspace of a reported attempt. */
export interface Workspaces {
  /** Null when the attempt worked in the plan's own folder. @throws when it had a workspace and that is gone */
  of(taskId: string, attempt: number): Promise<AttemptWorkspace | null>;
}

/** How a reported task was settled. */
export interface Settlement {
  readonly taskId: string;
  readonly key: string;
  readonly title: string;
  readonly attempt: number;
  /**
   * `handed_back`: its gates are open, but the tree has changed under it; the try is not counted.
   * `superseded`: another process or a person moved the task meanwhile. `interrupted`: the user ended the run before its
   * gates were judged; it stays reported, and the next run judges it.
   */
  readonly outcome: "accepted" | "refused" | "handed_back" | "held" | "superseded" | "interrupted";
  /** What is missing, one sentence each; empty when accepted. */
  readonly missing: readonly string[];
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /**
   * Held, and time alone may still move it, since a window is not full yet: how long until another look can add to it,
   * milliseconds. Null otherwise.
   */
  readonly lookAgainMs: number | null;
}
