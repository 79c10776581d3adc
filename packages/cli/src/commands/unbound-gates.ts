import { existsSync } from "node:fs";
import { join } from "node:path";
import { type BindingSidecar, bindEvidence, checksOf, type PlanDocument } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { oneLine, shellWord } from "../output/plain-text.ts";
import type { PlanPlace } from "../place/plan-place.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { wantsJson } from "./arguments.ts";

type Records = Parameters<typeof bindEvidence>[2];

/**
 * Lists the gates that nothing speaks for, as lines for the sidecar. What checks printed in earlier runs counts, so the
 * database is asked where there is one; listing never makes one.
 */
export async function listUnbound(
  call: CommandCall,
  place: PlanPlace,
  { plan, sidecar, planPath }: { plan: PlanDocument; sidecar: BindingSidecar | null; planPath: string },
): Promise<number> {
  const records = hasDatabase(call, place) ? await recordsOf(call, place, plan) : [];
  const bound = bindEvidence(plan, sidecar, records);
  const unbound = plan.gates.flatMap((gate) => {
    const one = bound.get(gate.key);
    return one?.bound.how === "none" ? [{ gate, problem: one.bound.problem, suggestion: one.suggestion ?? "" }] : [];
  });
  if (wantsJson(call)) {
    const gates = unbound.map(({ gate, problem, suggestion }) => {
      return { key: gate.key, line: gate.line, metric: gate.metric, text: gate.text, problem, suggestion };
    });
    call.out.write(`${JSON.stringify({ schema: "holdpoint/unbound/v1", plan: planPath, gates })}\n`);
    return 0;
  }
  if (plan.gates.length === 0) call.out.write(`${planPath} has no gates.\n`);
  else if (unbound.length === 0) call.out.write("Something speaks for every gate.\n");
  else {
    if (records.length === 0 && checksOf(plan, sidecar).length > 0) {
      call.out.write(
        `# No check has run yet. What one prints may bind a gate by its name: holdpoint verify ${shellWord(planPath)}\n`,
      );
    }
    const sidecarPath = displayPath(place.sidecarFile, call.cwd);
    call.out.write(`# Nothing speaks for these gates yet. Lines for ${sidecarPath}:\nholdpoint: sidecar/v1\ngates:\n`);
    for (const { gate, suggestion } of unbound) {
      const about = [gate.metric, gate.text].filter((part) => part !== null && part !== "").join(": ");
      call.out.write(`  # line ${gate.line}: ${oneLine(about)}\n${suggestion}\n`);
    }
  }
  return 0;
}

function hasDatabase(call: CommandCall, place: PlanPlace): boolean {
  return (call.env["DATABASE_URL"] ?? "") !== "" || existsSync(join(place.stateDir, "pg"));
}

async function recordsOf(call: CommandCall, place: PlanPlace, plan: PlanDocument): Promise<Records> {
  const { openEvidenceBook } = await import("@holdpoint/server");
  const { withEngine } = await import("../engine/open-engine.ts");
  return withEngine(call, place, "record", async ({ app }) => {
    const { planId } = await app.plans.importPlan({ source: place.planFile, document: plan });
    return (await openEvidenceBook(app.gates, planId)).records();
  });
}
