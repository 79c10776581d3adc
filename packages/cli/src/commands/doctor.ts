import type { CommandCall } from "../command.ts";
import { type Finding, lookAround } from "../doctor/look-around.ts";
import { oneLine } from "../output/plain-text.ts";
import { type Style, styleFor } from "../output/style.ts";
import { tableLines } from "../output/table.ts";
import { wantsJson } from "./arguments.ts";

/** `holdpoint doctor`: says what works on this machine. Exit code 0 when nothing that is needed is missing. */
export async function run(call: CommandCall): Promise<number> {
  return report(call, await lookAround(call.env));
}

/** Tells the findings and gives the exit code: 1 when something that is needed is missing. */
export function report(call: CommandCall, findings: readonly Finding[]): number {
  const broken = findings.some((finding) => finding.state === "missing");
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/doctor/v1", ok: !broken, findings })}\n`);
  } else call.out.write(`${lines(findings, styleFor(call.out, call.env)).join("\n")}\n`);
  return broken ? 1 : 0;
}

function lines(findings: readonly Finding[], style: Style): readonly string[] {
  const columns = [{ header: "" }, { header: "" }, { header: "", flexible: true as const }];
  const rows = findings.map(({ state, what, detail }) => [
    `${MARKS[state](style)} ${state}`,
    what,
    state === "works" ? detail : "",
  ]);
  const trouble = findings.filter((finding) => finding.state !== "works");
  // What is wrong and what to do may be long, so it stands below the table, whole.
  const told = trouble.flatMap(({ state, what, detail, remedy }) => [
    "",
    `${style.paint.bold(what)} is ${state}: ${oneLine(detail)}`,
    ...(remedy === null ? [] : [`  ${style.glyphs.arrow} ${oneLine(remedy)}`]),
  ]);
  return [...tableLines(columns, rows, style), ...told, "", verdict(trouble)];
}

function verdict(trouble: readonly Finding[]): string {
  if (trouble.length === 0) return "Everything works here.";
  const missing = trouble.filter((finding) => finding.state === "missing").length;
  return missing === 0
    ? "Holdpoint works here, with the limits above."
    : "Holdpoint cannot run plans here until what is missing is there.";
}

const MARKS: Readonly<Record<Finding["state"], (style: Style) => string>> = {
  works: ({ glyphs, paint }) => paint.green(glyphs.pass),
  limited: ({ glyphs, paint }) => paint.yellow(glyphs.inconclusive),
  missing: ({ glyphs, paint }) => paint.red(glyphs.fail),
};
