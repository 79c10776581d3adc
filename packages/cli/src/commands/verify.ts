import { probeGroups } from "@holdpoint/agent";
import { checksOf, type PlanDocument, problem } from "@holdpoint/core";
import { acceptedAttempts, createGatekeeper, producersOf } from "@holdpoint/server";
import type { CommandCall } from "../command.ts";
import { clearRunning, createCheckRunner, createSubjectReader } from "../engine/check-runner.ts";
import { decideConsent } from "../engine/consent.ts";
import { deliver } from "../engine/deliver.ts";
import { onInterrupt } from "../engine/interrupt.ts";
import { loadPlan } from "../engine/load-plan.ts";
import { withEngine } from "../engine/open-engine.ts";
import { createProgress } from "../engine/progress.ts";
import { chooseView } from "../output/choose-view.ts";
import { outlineOf } from "../output/plan-outline.ts";
import { styleFor } from "../output/style.ts";
import { planPlace } from "../place/plan-place.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { buildReport } from "../report/build-report.ts";
import { consentText } from "../trust/consent-text.ts";
import { argument, list } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

/** `holdpoint verify PLAN`: runs the checks that are allowed, judges every gate, shows claimed beside verified. */
export async function run(call: CommandCall): Promise<number> {
  const place = planPlace(argument(call, 0), call.cwd);
  const planPath = displayPath(place.planFile, call.cwd);
  const { plan, sidecar, problems } = loadPlan(place, call.cwd);
  const only = selected(plan, list(call, "only"), planPath);
  const checks = checksOf(plan, sidecar);
  const consent = await decideConsent(
    call,
    place,
    checks.map((check) => consentText(check)),
  );
  // Before the database is started: a group of processes that others are in cannot be divided.
  probeGroups();

  const interrupt = onInterrupt();
  const judging = withEngine(call, place, "work", async ({ app, runtime, store }) => {
    const startedAt = runtime.now();
    const { planId } = await app.plans.importPlan({ source: place.planFile, document: plan });
    const outline = outlineOf(plan, []);
    const view = chooseView({
      events: call.options["events"] === true,
      out: call.out,
      err: call.err,
      env: call.env,
      style: styleFor(call.err, call.env),
      outline,
    });
    const progress = createProgress(view, runtime);
    const producers = await producersOf(store, app.tenant, planId);
    await clearRunning(place);
    const subjects = createSubjectReader();
    try {
      const gatekeeper = await createGatekeeper({
        store: app.gates,
        runner: createCheckRunner(place, runtime, call.env, sidecar?.isolation === "required" ? "required" : "auto"),
        subjects,
        runtime,
        tenant: app.tenant,
        planId,
        plan,
        sidecar,
        allowed: (check) => consent.trust.consentTo(consentText(check)) === "trusted",
        listener: progress.gatekeeper,
        accepted: () => acceptedAttempts(store, app.tenant, planId),
        producers: () => producers,
        signal: interrupt.signal,
      });
      const wanted = plan.gates.filter((gate) => only === null || only.has(gate.key)).map((gate) => gate.key);
      const everyGate = plan.gates.map((gate) => gate.key);
      const here = { dir: place.dir, task: null, attempt: null };
      await gatekeeper.judge({ ...here, gates: wanted, run: "always", checks: only === null ? "all" : "needed" });
      const verdicts = await gatekeeper.judge({ ...here, gates: everyGate, run: "never", checks: "needed" });
      const leaveOut = [...new Set(checks.flatMap((check) => check.files))];
      const report = buildReport({
        command: "verify",
        plan,
        planPath,
        startedAt,
        endedAt: runtime.now(),
        subject: await subjects.subjectOf(place.dir, { leaveOut }),
        verdicts,
        bound: gatekeeper.bound(),
        ...(only === null ? {} : { only }),
        observations: gatekeeper.observations(),
        turns: progress.turns,
        problems,
        notAllowed: gatekeeper.notAllowed().map((check) => ({ line: check.line ?? 0, command: check.run })),
        nothingAllowed:
          checks.length > 0 && gatekeeper.observations().length === 0 && gatekeeper.notAllowed().length > 0,
        work: null,
      });
      view.close();
      deliver(call, place, report);
      return interrupt.signal.aborted ? 130 : report.exitCode;
    } finally {
      view.close();
    }
  });
  return judging.finally(() => interrupt.stop());
}

/** The gates that `--only` names: a gate by its key, an item with all gates on it and below it. Null for all. */
function selected(plan: PlanDocument, keys: readonly string[], planPath: string): ReadonlySet<string> | null {
  if (keys.length === 0) return null;
  const gates = new Set<string>();
  const parents = new Map(plan.items.map((item) => [item.key, item.parent]));
  for (const key of keys) {
    const items = plan.items.filter((candidate) => candidate.key === key || candidate.id === key);
    const named = plan.gates.filter(
      (gate) => gate.key === key || items.some((item) => isUnder(gate.item, item.key, parents)),
    );
    if (named.length === 0) throw problem(commandProblems, "HP8011", { key, plan: planPath }, { field: "--only" });
    for (const gate of named) gates.add(gate.key);
  }
  return gates;
}

function isUnder(key: string | null, ancestor: string, parents: ReadonlyMap<string, string | null>): boolean {
  for (let at = key; at !== null; at = parents.get(at) ?? null) if (at === ancestor) return true;
  return false;
}
