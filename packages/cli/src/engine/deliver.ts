import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { CommandCall } from "../command.ts";
import { optional } from "../commands/arguments.ts";
import { styleFor } from "../output/style.ts";
import { renderSummary } from "../output/summary.ts";
import type { PlanPlace } from "../place/plan-place.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { renderHtml } from "../report/html-report.ts";
import type { VerificationReport } from "../report/report-model.ts";
import { verificationJson } from "../report/verification-json.ts";

/**
 * Hands the report out: the HTML page to its file, then either the JSON object to standard output or the summary for
 * people. With `--json` or `--events` everything for people goes to standard error.
 */
export function deliver(call: CommandCall, place: PlanPlace, report: VerificationReport): void {
  const file = resolve(call.cwd, optional(call, "report") ?? place.reportFile);
  write(file, renderHtml(report));
  const object = `${JSON.stringify(verificationJson(report))}\n`;
  const result = optional(call, "result");
  if (result !== undefined) write(resolve(call.cwd, result), object);
  const forMachines = call.options["json"] === true || call.options["events"] === true;
  const people = forMachines ? call.err : call.out;
  people.write(renderSummary(report, styleFor(people, call.env)));
  people.write(`\nReport: ${displayPath(file, call.cwd)}\n`);
  if (forMachines) call.out.write(object);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
