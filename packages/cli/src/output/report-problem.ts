import type { CommandCall } from "../command.ts";
import { problemJson, problemText, toProblem, wantsDebug } from "./problem-text.ts";
import { styleFor } from "./style.ts";

/**
 * Tells what ended a command and gives its exit code.
 *
 * People read it on standard error. With `--json` or `--events` the object also goes to standard output, on
 * one line, as the final object there.
 */
export function reportProblem(thrown: unknown, call: Pick<CommandCall, "options" | "out" | "err" | "env">): number {
  const debug = wantsDebug(call.env);
  const forMachines = call.options["json"] === true || call.options["events"] === true;
  if (forMachines) call.out.write(`${JSON.stringify(problemJson(thrown, debug))}\n`);
  call.err.write(problemText(thrown, styleFor(call.err, call.env), debug));
  return toProblem(thrown).definition.exit;
}
