import { type Claimed, printPlan, problem, setStatus } from "@holdpoint/core";
import { CLAIMED } from "@holdpoint/contract";
import type { CommandCall } from "../command.ts";
import { planPlace } from "../place/plan-place.ts";
import { displayPath, readPlanFile } from "../place/read-plan-file.ts";
import { readPlan } from "@holdpoint/core";
import { argument, list } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

/** `holdpoint plan print PLAN`: the document's bytes from the model, with `--set KEY=STATUS` changes spliced in. */
export async function run(call: CommandCall): Promise<number> {
  const place = planPlace(argument(call, 0), call.cwd);
  const name = displayPath(place.planFile, call.cwd);
  let plan = readPlanFile(place, call.cwd);
  for (const change of list(call, "set")) {
    const { key, status } = parseChange(change);
    const item = plan.items.find((candidate) => candidate.key === key);
    if (item === undefined) throw problem(commandProblems, "HP8011", { key, plan: name });
    const result = setStatus(plan, key, status);
    if (result.reason !== null && !result.changed) {
      throw problem(commandProblems, "HP8016", { key, line: item.line, status, why: result.reason }, { file: name, line: item.line });
    }
    plan = readPlan(result.bytes, { fileName: name });
  }
  call.out.write(printPlan(plan));
  return 0;
}

function parseChange(text: string): { key: string; status: Claimed } {
  const at = text.lastIndexOf("=");
  const status = CLAIMED.find((candidate) => candidate === text.slice(at + 1));
  if (at < 1 || status === undefined) {
    throw problem(commandProblems, "HP8012", {
      flag: "--set",
      value: text,
      expected: `Write KEY=STATUS, where STATUS is one of ${CLAIMED.join(", ")}.`,
    });
  }
  return { key: text.slice(0, at), status };
}
