import { inspectionJson } from "@holdpoint/contract";
import type { CommandCall } from "../command.ts";
import { renderInspection } from "../output/inspection.ts";
import { styleFor } from "../output/style.ts";
import { planPlace } from "../place/plan-place.ts";
import { readPlanFile } from "../place/read-plan-file.ts";
import { argument, wantsJson } from "./arguments.ts";

/** `holdpoint inspect PLAN`: what the plan says, as it was understood. Runs nothing. */
export async function run(call: CommandCall): Promise<number> {
  const place = planPlace(argument(call, 0), call.cwd);
  const plan = readPlanFile(place, call.cwd);
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify(inspectionJson(plan))}\n`);
  } else {
    const view = { why: call.options["why"] === true, keys: call.options["keys"] === true };
    call.out.write(renderInspection(plan, { style: styleFor(call.out, call.env), ...view }));
  }
  return 0;
}
