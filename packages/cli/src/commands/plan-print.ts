import {
  CLAIMED,
  type Claimed,
  type PlanDocument,
  type PlanItem,
  printPlan,
  problem,
  readPlan,
  setStatus,
} from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { planPlace } from "../place/plan-place.ts";
import { displayPath, readPlanFile } from "../place/read-plan-file.ts";
import { argument, list, wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

/** `holdpoint plan print PLAN`: the document's bytes from the model, with `--set KEY=STATUS` changes spliced in. */
export async function run(call: CommandCall): Promise<number> {
  const place = planPlace(argument(call, 0), call.cwd);
  const name = displayPath(place.planFile, call.cwd);
  let plan = readPlanFile(place, call.cwd);
  for (const change of list(call, "set")) plan = withChange(plan, change, name);
  const bytes = printPlan(plan);
  if (wantsJson(call)) {
    // A plan is UTF-8 by the time it is read, so the text holds every byte; a byte order mark stays a character.
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    call.out.write(
      `${JSON.stringify({ schema: "holdpoint/printed-plan/v1", plan: name, digest: plan.digest, text })}\n`,
    );
  } else call.out.write(bytes);
  return 0;
}

function withChange(plan: PlanDocument, change: string, name: string): PlanDocument {
  const { key, status } = parseChange(change);
  const item = itemNamed(plan, key, name);
  const { changed, reason, bytes } = setStatus(plan, item.key, status);
  if (reason !== null && !changed) {
    const params = { key, line: item.line, status, why: reason };
    throw problem(commandProblems, "HP8016", params, { file: name, line: item.line });
  }
  return readPlan(bytes, { fileName: name });
}

/** @throws HP8011 when no item, or no single item, has this key or id */
function itemNamed(plan: PlanDocument, name: string, planPath: string): PlanItem {
  const byKey = plan.items.find((candidate) => candidate.key === name);
  const byId = plan.items.filter((candidate) => candidate.id === name);
  const item = byKey ?? (byId.length === 1 ? byId[0] : undefined);
  if (item === undefined)
    throw problem(commandProblems, "HP8011", { key: name, plan: planPath }, { file: planPath, field: "--set" });
  return item;
}

function parseChange(text: string): { key: string; status: Claimed } {
  const at = text.lastIndexOf("=");
  const status = CLAIMED.find((candidate) => candidate === text.slice(at + 1));
  if (at >= 1 && status !== undefined) return { key: text.slice(0, at), status };
  const expected = `Write KEY=STATUS, where STATUS is one of ${CLAIMED.join(", ")}.`;
  throw problem(commandProblems, "HP8012", { flag: "--set", value: text, expected }, { field: "--set" });
}
