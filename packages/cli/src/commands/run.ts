import { probeGroups, requiredCapabilities } from "@holdpoint/agent";
import { parseDurationMs } from "@holdpoint/contract";
import { checksOf, problem, scheduleWork } from "@holdpoint/core";
import { createSystemRuntime } from "@holdpoint/server";
import { lockDirectory } from "@holdpoint/store";
import type { CommandCall } from "../command.ts";
import { decideConsent } from "../engine/consent.ts";
import { deliver } from "../engine/deliver.ts";
import { onInterrupt } from "../engine/interrupt.ts";
import { isTrusted, loadFleet } from "../engine/load-fleet.ts";
import { loadPlan } from "../engine/load-plan.ts";
import { withEngine } from "../engine/open-engine.ts";
import { styleFor } from "../output/style.ts";
import { ensureStateDir, type PlanPlace, planPlace, workFolder } from "../place/plan-place.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { dryRun, renderDryRun } from "../run/dry-run.ts";
import { runSession } from "../run/run-session.ts";
import { scratchCopy } from "../run/scratch-copy.ts";
import { withSeverities } from "../run/severity.ts";
import { consentText } from "../trust/consent-text.ts";
import { argument, optional } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

/** `holdpoint run PLAN`: works the plan with local agents, judges, holds, and says what is verified. */
export async function run(call: CommandCall): Promise<number> {
  const waitMs = waitOf(call);
  const original = planPlace(argument(call, 0), call.cwd);
  if (call.options["dryRun"] === true) return showDryRun(call, original);
  const { plan, sidecar } = loadPlan(original, call.cwd);
  const fleet = await loadFleet(original, optional(call, "agents"), call.cwd);
  const checks = checksOf(plan, sidecar).map((check) => consentText(check));
  // Asked for the original: that is where the user looked, and where the trust file is.
  const consent = await decideConsent(call, original, [...checks, ...fleet.commands]);
  if (call.options["scratch"] !== true) return work(call, original, consent, waitMs);
  // The copy is made anew and its report goes beside the original, so nobody else may be working on either.
  ensureStateDir(original);
  const lock = lockDirectory(workFolder(original), createSystemRuntime().now());
  try {
    return await work(call, scratchCopy(original), consent, waitMs);
  } finally {
    lock.release();
  }
}

type Consent = Awaited<ReturnType<typeof decideConsent>>;

async function work(call: CommandCall, place: PlanPlace, consent: Consent, waitMs: number): Promise<number> {
  const loaded = loadPlan(place, call.cwd);
  const plan = withSeverities(loaded.plan, loaded.sidecar);
  const fleet = await loadFleet(place, optional(call, "agents"), call.cwd);
  const able = fleet.agents.filter((agent) => isTrusted(agent, consent.trust));
  const graph = scheduleWork(plan, { capabilitiesOf: (item) => requiredCapabilities(item, able) });
  // Before the database is started: a group of processes that others are in cannot be divided.
  probeGroups();
  const interrupt = onInterrupt();
  try {
    return await withEngine(call, place, "work", async (engine) => {
      const { report, interrupted } = await runSession({
        call,
        place,
        planPath: displayPath(place.planFile, call.cwd),
        plan,
        document: loaded.plan,
        sidecar: loaded.sidecar,
        sidecarText: loaded.sidecarText,
        problems: loaded.problems,
        graph,
        fleet,
        consent,
        waitMs,
        engine,
        writeBack: call.options["writeBack"] !== false,
        interrupt,
      });
      deliver(call, place, report);
      return interrupted ? 130 : report.exitCode;
    });
  } finally {
    interrupt.stop();
  }
}

/** Shows what a run would do; nothing is started, stored or copied. */
async function showDryRun(call: CommandCall, place: PlanPlace): Promise<number> {
  const { plan: document, sidecar } = loadPlan(place, call.cwd);
  const plan = withSeverities(document, sidecar);
  const { agents } = await loadFleet(place, optional(call, "agents"), call.cwd);
  const graph = scheduleWork(plan, { capabilitiesOf: (item) => requiredCapabilities(item, agents) });
  const steps = dryRun(plan, graph, agents);
  if (call.options["json"] === true || call.options["events"] === true) {
    const planPath = displayPath(place.planFile, call.cwd);
    call.out.write(`${JSON.stringify({ schema: "holdpoint/dry-run/v1", plan: planPath, steps })}\n`);
  } else call.out.write(renderDryRun(steps, styleFor(call.out, call.env)));
  return 0;
}

/** How long to stay for gates: not at all, for a duration, or until interrupted. @throws HP8012 */
function waitOf(call: CommandCall): number {
  const value = call.options["wait"];
  if (value === undefined || value === false) return 0;
  if (value === true) return Number.POSITIVE_INFINITY;
  const duration = typeof value === "string" ? parseDurationMs(value) : null;
  if (duration !== null) return duration;
  const expected = "Write a duration such as 30s or 10min, or nothing to stay until Ctrl-C.";
  throw problem(commandProblems, "HP8012", { flag: "--wait", value: String(value), expected }, { field: "--wait" });
}
