import { requiredCapabilities } from "@holdpoint/agent";
import { parseDurationMs } from "@holdpoint/contract";
import { checksOf, problem, scheduleWork } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { decideConsent } from "../engine/consent.ts";
import { deliver } from "../engine/deliver.ts";
import { loadFleet } from "../engine/load-fleet.ts";
import { loadPlan } from "../engine/load-plan.ts";
import { withEngine } from "../engine/open-engine.ts";
import { styleFor } from "../output/style.ts";
import { planPlace } from "../place/plan-place.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { dryRun, renderDryRun } from "../run/dry-run.ts";
import { runSession } from "../run/run-session.ts";
import { scratchCopy } from "../run/scratch-copy.ts";
import { withSeverities } from "../run/severity.ts";
import { argument, optional } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

/** `holdpoint run PLAN`: works the plan with local agents, judges, holds, and says what is verified. */
export async function run(call: CommandCall): Promise<number> {
  const waitMs = waitOf(call);
  const original = planPlace(argument(call, 0), call.cwd);
  loadPlan(original, call.cwd);
  const place = call.options["scratch"] === true ? scratchCopy(original) : original;
  const planPath = displayPath(place.planFile, call.cwd);
  const loaded = loadPlan(place, call.cwd);
  const plan = withSeverities(loaded.plan, loaded.sidecar);
  const fleet = await loadFleet(place, optional(call, "agents"), call.cwd);
  const graph = scheduleWork(plan, { capabilitiesOf: (item) => requiredCapabilities(item, fleet.agents) });

  if (call.options["dryRun"] === true) {
    const steps = dryRun(plan, graph, fleet.agents);
    if (call.options["json"] === true) call.out.write(`${JSON.stringify({ schema: "holdpoint/dry-run/v1", plan: planPath, steps })}\n`);
    else call.out.write(renderDryRun(steps, styleFor(call.out, call.env)));
    return 0;
  }

  const checks = checksOf(plan, loaded.sidecar).map((check) => check.run);
  const consent = await decideConsent(call, place, [...checks, ...fleet.commands]);
  return withEngine(call, place, async (engine) => {
    const ended = await runSession({
      call,
      place,
      planPath,
      plan,
      sidecar: loaded.sidecar,
      problems: loaded.problems,
      graph,
      fleet,
      consent,
      waitMs,
      engine,
      writeBack: call.options["writeBack"] !== false,
    });
    deliver(call, place, ended.report);
    return ended.interrupted ? 130 : ended.report.exitCode;
  });
}

/** How long to stay for gates: not at all, for a duration, or until interrupted. @throws HP8012 */
function waitOf(call: CommandCall): number {
  const value = call.options["wait"];
  if (value === undefined || value === false) return 0;
  if (value === true) return Number.POSITIVE_INFINITY;
  const duration = typeof value === "string" ? parseDurationMs(value) : null;
  if (duration !== null) return duration;
  throw problem(
    commandProblems,
    "HP8012",
    { flag: "--wait", value: String(value), expected: "Write a duration such as 30s or 10min, or nothing to stay until Ctrl-C." },
    { field: "--wait" },
  );
}
