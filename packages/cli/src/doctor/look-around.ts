import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Controller,
  type GroupsReport,
  type IsolationReport,
  probeGroups,
  probeIsolation,
  proveGroups,
} from "@holdpoint/agent";
import { HoldpointError } from "@holdpoint/core";
import { createSystemRuntime } from "@holdpoint/server";
import { openStore } from "@holdpoint/store";
import { userKey } from "../trust/user-key.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  /** `limited`: works in part, and verdicts say so. `missing`: plans cannot be verified or run without it. */
  readonly state: "works" | "missing" | "limited";
  readonly detail: string;
  /** What to do, or null when there is nothing to do. */
  readonly remedy: string | null;
}

/** Looks at everything that a run needs, by doing it: about a second. */
export async function lookAround(env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const groups = probeGroups();
  const bounds = limits(process.platform, groups, await proveGroups(groups));
  return [node(), await database(env), isolation(probeIsolation()), bounds, git(env), consent(env)];
}

function node(): Finding {
  return works("Node.js", process.versions.node);
}

/** The database that commands would use here: the server that DATABASE_URL names, else an embedded one, started and ended. */
export async function database(env: NodeJS.ProcessEnv): Promise<Finding> {
  const what = "database";
  const databaseUrl = env["DATABASE_URL"] ?? "";
  let dataDir: string | null = null;
  try {
    const runtime = createSystemRuntime();
    if (databaseUrl === "") dataDir = mkdtempSync(join(tmpdir(), "holdpoint-doctor-"));
    const store = await openStore(dataDir === null ? { runtime, databaseUrl } : { runtime, dataDir });
    const { ok, tookMs, detail } = await store.health();
    await store.close();
    if (ok) return works(what, `${store.description}, answers in ${tookMs.toFixed(1)} ms`);
    return {
      what,
      state: "missing",
      detail: detail ?? "it does not answer",
      remedy: "Try again; if it stays so, start it anew.",
    };
  } catch (error) {
    if (error instanceof HoldpointError) return { what, state: "missing", detail: error.message, remedy: error.remedy };
    const code = codeOf(error);
    if (code === null) throw error;
    const remedy = `Make ${tmpdir()} writable, or set TMPDIR to a folder that is.`;
    return { what, state: "missing", detail: `no folder could be made in ${tmpdir()} (${code})`, remedy };
  } finally {
    if (dataDir !== null) rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Whether agents and checks can be kept away from the evidence. */
export function isolation(report: IsolationReport): Finding {
  const what = "isolation";
  if (report.mode !== null) return works(what, `by ${report.mode} namespaces`);
  return {
    what,
    state: "limited",
    detail: `none: ${report.reason ?? "not available"}`,
    remedy:
      "Agents and checks could reach the evidence, and every verdict says so. docs/guide/isolation.md says how to get it.",
  };
}

/**
 * How the memory, processes and time of agents and checks are bounded.
 *
 * @param proven the bounds that the kernel was seen to keep
 */
export function limits(platform: NodeJS.Platform, groups: GroupsReport, proven: readonly Controller[]): Finding {
  const what = "limits";
  if (platform === "linux") {
    const watched = "memory, processes and time of each command, by watching it";
    if (groups.folder === null) return works(what, `${watched}; not by control groups: ${groups.reason ?? "none"}`);
    const bound = groups.controllers.map((name) => `${name} (${proven.includes(name) ? "tried" : "not proven"})`);
    return works(what, `${watched}; and by control groups in ${groups.folder}: ${bound.join(", ")}`);
  }
  return {
    what,
    state: "limited",
    detail: `on ${platform} processes are watched with ps, less often`,
    remedy: "A command may exceed its memory for a moment before it is ended. Run heavy plans on Linux.",
  };
}

/** Whether attempts can get worktrees of their own. */
export function git(env: NodeJS.ProcessEnv): Finding {
  const what = "git";
  const { status, stdout } = spawnSync("git", ["--version"], { encoding: "utf8", env });
  if (status === 0) return works(what, stdout.trim().replace(/^git version /, ""));
  return {
    what,
    state: "limited",
    detail: "not found, so attempts share the plan's folder and evidence names no commit",
    remedy: "Install git to give each attempt a worktree of its own.",
  };
}

/** Whether consent can be remembered: it is sealed with a key of the user. */
export function consent(env: NodeJS.ProcessEnv): Finding {
  const what = "consent";
  try {
    userKey(env);
    return works(what, "can be remembered, sealed with your key");
  } catch (error) {
    if (!(error instanceof HoldpointError)) throw error;
    return { what, state: "limited", detail: error.message, remedy: error.remedy };
  }
}

function works(what: string, detail: string): Finding {
  return { what, state: "works", detail, remedy: null };
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
