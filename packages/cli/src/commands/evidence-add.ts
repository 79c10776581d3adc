import { statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { addToInbox } from "@holdpoint/agent";
import { TASK_ENVIRONMENT } from "@holdpoint/contract";
import { parseMetricLine, problem } from "@holdpoint/core";
import { parseFormat, resolveArtifact } from "@holdpoint/evidence";
import type { CommandCall } from "../command.ts";
import { placeProblems } from "../place/place.problems.ts";
import { list, optional, wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

type InboxLine = Parameters<typeof addToInbox>[1];

/**
 * `holdpoint evidence add`: hands metrics and reports to the attempt that calls it. They are picked up when the attempt
 * ends, and weigh no more than the agent's own word (E0 for metrics, E1 for files).
 */
export async function run(call: CommandCall): Promise<number> {
  const inbox = call.env[TASK_ENVIRONMENT.inbox];
  if (inbox === undefined || inbox === "")
    throw problem(commandProblems, "HP8014", { command: "holdpoint evidence add" });
  // Everything is looked at before anything is handed in, so that a wrong word hands in nothing.
  const metrics = call.args.map((text) => parseMetric(text));
  const files = await Promise.all(list(call, "file").map((path) => existing(call, path)));
  const reader = readerOf(call, files.length);
  if (metrics.length + files.length === 0)
    throw problem(commandProblems, "HP8010", { flag: "A metric such as line_coverage=92.5%, or --file," });
  for (const metric of metrics) await handIn(inbox, { type: "evidence", ...metric });
  for (const path of files)
    await handIn(inbox, { type: "artifact", path, ...(reader === undefined ? {} : { reader }) });
  if (wantsJson(call)) {
    call.out.write(
      `${JSON.stringify({ schema: "holdpoint/evidence-added/v1", metrics: metrics.length, files: files.length })}\n`,
    );
  } else {
    const counted = [amount(metrics.length, "metric"), amount(files.length, "file")].filter((part) => part !== null);
    call.out.write(`Handed in ${counted.join(" and ")}, as this agent's own word.\n`);
  }
  return 0;
}

/** The format that `--reader` names. @throws HP3005 when it is not known, HP8010 when there is no file to read with it */
function readerOf(call: CommandCall, files: number): string | undefined {
  const reader = optional(call, "reader");
  if (reader === undefined) return undefined;
  if (files === 0) throw problem(commandProblems, "HP8010", { flag: "--file" }, { field: "--file" });
  return parseFormat(reader);
}

async function handIn(inbox: string, line: InboxLine): Promise<void> {
  try {
    await addToInbox(inbox, line);
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : null;
    if (why === null) throw error;
    throw problem(placeProblems, "HP8005", { file: inbox, why }, { file: inbox, cause: error });
  }
}

function parseMetric(text: string): { metric: string; value: string | number | boolean; unit: string | null } {
  const metric = parseMetricLine(text);
  if (metric !== null) return { metric: metric.key, value: metric.value, unit: metric.unit };
  const expected = "Write metric=value[unit] or metric=state, such as line_coverage=92.5% or service=operational.";
  throw problem(commandProblems, "HP8012", { flag: "a metric", value: text, expected });
}

/** @throws HP3001 to HP3003 for what is no file inside the workspace of the attempt, HP8012 when it does not exist */
async function existing(call: CommandCall, path: string): Promise<string> {
  const file = resolve(call.cwd, path);
  const workspace = call.env[TASK_ENVIRONMENT.workspace] ?? "";
  if (workspace !== "") await resolveArtifact(workspace, relative(workspace, file));
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
  throw problem(
    commandProblems,
    "HP8012",
    { flag: "--file", value: path, expected: "Name a file that exists." },
    { file: path, field: "--file" },
  );
}

function amount(count: number, what: string): string | null {
  return count === 0 ? null : `${count} ${what}${count === 1 ? "" : "s"}`;
}
