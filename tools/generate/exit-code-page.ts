import type { FoundProblem } from "../problem-tables.ts";
import { generatedFrom, table } from "./markdown.ts";

const MEANINGS: readonly (readonly [code: number, name: string, meaning: string])[] = [
  [0, "fine", "The command did what it was asked. For `verify` and `run`: every critical gate is `pass` and fresh."],
  [
    1,
    "failed",
    "`verify` and `run`: a critical gate is `fail`, or a task ended in the dead letters. Others: the answer is no.",
  ],
  [
    2,
    "not proven",
    "`verify` and `run`: nothing failed, but some critical gate is not `pass` and fresh, or the plan has no gate, or nothing was allowed to run.",
  ],
  [64, "usage", "The command was called in a way that it does not understand."],
  [65, "input", "A file cannot be read as what it should be: a plan, a sidecar, a manifest."],
  [69, "unavailable", "Something that is needed does not answer: the database, a lock that another process holds."],
  [70, "internal", "A mistake in Holdpoint itself."],
  [130, "interrupted", "Ended by Ctrl-C. Work that was going on was handed back without counting the attempt."],
];

/** The reference page of exit codes, with the problems that end a command with each. */
export function exitCodePage(problems: readonly FoundProblem[]): string {
  const rows = MEANINGS.map(([code, name, meaning]) => [`\`${code}\``, name, meaning]);
  const parts = [
    generatedFrom("the problem catalogue"),
    "# Exit codes\n\n",
    "They count gates, not items: failing gates that are `important` or `enhancement`, and open items, are shown and counted\nand change nothing here.\n\n",
    "Every gate of the plan counts, also with `verify --only`: gates that it leaves out are not looked at anew and not listed,\nbut judged as they are now from earlier evidence. Stale or missing evidence is not proven, so the code is 2 then, or 1\nwhere the evidence is of a failure; the summary says how many were left out.\n\n",
    table(["code", "name", "meaning"], rows),
    "\n## Problems by exit code\n",
  ];
  for (const [code] of MEANINGS) {
    const here = problems.filter(({ definition }) => definition.exit === code);
    if (here.length === 0) continue;
    parts.push(
      `\n### ${code}\n\n`,
      ...here.map((one) => `- [${one.code}](../problems/${one.code}.md) ${one.definition.title}\n`),
    );
  }
  return parts.join("");
}
