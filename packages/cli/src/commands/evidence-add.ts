import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { addToInbox } from "@holdpoint/agent";
import { TASK_ENVIRONMENT } from "@holdpoint/contract";
import { parseMetricLine, problem } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { list, optional } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

/**
 * `holdpoint evidence add`: hands metrics and reports to the attempt that calls it. They are picked up when the attempt
 * ends, and weigh no more than the agent's own word (E0 for metrics, E1 for files).
 */
export async function run(call: CommandCall): Promise<number> {
  const inbox = call.env[TASK_ENVIRONMENT.inbox];
  if (inbox === undefined || inbox === "") throw problem(commandProblems, "HP8014", { command: "holdpoint evidence add" });
  const metrics = call.args.map((text) => parseMetric(text));
  const files = list(call, "file").map((path) => existing(call, path));
  if (metrics.length + files.length === 0) {
    throw problem(commandProblems, "HP8012", {
      flag: "evidence add",
      value: "called with nothing to add",
      expected: "Name metrics such as line_coverage=92.5%, or a report with --file.",
    });
  }
  const reader = optional(call, "reader");
  for (const metric of metrics) await addToInbox(inbox, { type: "evidence", ...metric });
  for (const path of files) await addToInbox(inbox, { type: "artifact", path, ...(reader === undefined ? {} : { reader }) });
  if (call.options["json"] === true) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/evidence-added/v1", metrics: metrics.length, files: files.length })}\n`);
  } else {
    call.out.write(`Handed in ${metrics.length} metrics and ${files.length} files; they count as this agent's own word.\n`);
  }
  return 0;
}

function parseMetric(text: string): { metric: string; value: string | number | boolean; unit: string | null } {
  const metric = parseMetricLine(text);
  if (metric !== null) return { metric: metric.key, value: metric.value, unit: metric.unit };
  throw problem(commandProblems, "HP8012", {
    flag: "a metric",
    value: text,
    expected: "Write metric=value[unit] or metric=state, such as line_coverage=92.5% or service=operational.",
  });
}

function existing(call: CommandCall, path: string): string {
  const file = resolve(call.cwd, path);
  if (existsSync(file)) return file;
  throw problem(commandProblems, "HP8012", { flag: "--file", value: path, expected: "Name a file that exists." }, { file: path });
}
