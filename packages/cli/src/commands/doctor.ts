import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { probeIsolation } from "@holdpoint/agent";
import { HoldpointError } from "@holdpoint/core";
import { createSystemRuntime } from "@holdpoint/server";
import { openStore } from "@holdpoint/store";
import type { CommandCall } from "../command.ts";
import { styleFor } from "../output/style.ts";
import { tableLines } from "../output/table.ts";

/** One thing that was looked at. */
interface Finding {
  readonly what: string;
  readonly state: "works" | "missing" | "limited";
  readonly detail: string;
  /** What to do, or null. */
  readonly remedy: string | null;
}

/** `holdpoint doctor`: says what works on this machine. Exit code 0 when nothing that is needed is missing. */
export async function run(call: CommandCall): Promise<number> {
  const findings = [node(), await database(), isolation(), git()];
  const broken = findings.some((finding) => finding.state === "missing");
  if (call.options["json"] === true) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/doctor/v1", ok: !broken, findings })}\n`);
    return broken ? 1 : 0;
  }
  const columns = [{ header: "" }, { header: "" }, { header: "", flexible: true as const }];
  const rows = findings.map((finding) => [finding.state, finding.what, finding.detail]);
  call.out.write(`${tableLines(columns, rows, styleFor(call.out, call.env)).join("\n")}\n`);
  for (const { what, remedy } of findings) if (remedy !== null) call.out.write(`\n${what}: ${remedy}\n`);
  return broken ? 1 : 0;
}

function node(): Finding {
  return { what: "Node.js", state: "works", detail: process.versions.node, remedy: null };
}

/** Starts an embedded database in a throw-away folder: the real thing, in about a second. */
async function database(): Promise<Finding> {
  const what = "database";
  const dataDir = mkdtempSync(join(tmpdir(), "holdpoint-doctor-"));
  try {
    const store = await openStore({ runtime: createSystemRuntime(), dataDir });
    const { ok, tookMs } = await store.health();
    await store.close();
    return { what, state: ok ? "works" : "missing", detail: `${store.description}, answers in ${tookMs.toFixed(1)} ms`, remedy: null };
  } catch (error) {
    if (!(error instanceof HoldpointError)) throw error;
    return { what, state: "missing", detail: error.message, remedy: error.remedy };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function isolation(): Finding {
  const report = probeIsolation();
  if (report.mode !== null) return { what: "isolation", state: "works", detail: `by ${report.mode} namespaces`, remedy: null };
  return {
    what: "isolation",
    state: "limited",
    detail: `none: ${report.reason ?? "not available"}`,
    remedy: "Agents and checks could reach the evidence; every verdict says so. See docs/guide/isolation.md.",
  };
}

function git(): Finding {
  const { status, stdout } = spawnSync("git", ["--version"], { encoding: "utf8" });
  if (status === 0) return { what: "git", state: "works", detail: stdout.trim(), remedy: null };
  return {
    what: "git",
    state: "limited",
    detail: "not found",
    remedy: "Without git, attempts share the plan's folder and evidence names no commit. Install git to give each attempt a worktree.",
  };
}
