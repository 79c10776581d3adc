import { type FoundProblem, PROBLEM_AREAS } from "../problem-tables.ts";
import { generatedFrom, table } from "./markdown.ts";

/** The page of one problem. */
export function problemPage({ code, definition, file }: FoundProblem): string {
  const facts = table(
    ["exit code", "worth trying again unchanged"],
    [[`[${definition.exit}](../reference/exit-codes.md)`, definition.retryable ? "yes" : "no"]],
  );
  return [
    generatedFrom(file),
    `# ${code}: ${definition.title}\n\n`,
    `> ${places(definition.message)}\n\n`,
    `${definition.why}\n\n`,
    `## What to do\n\n${places(definition.remedy)}\n\n`,
    facts,
    "\n[All problems](README.md)\n",
  ].join("");
}

/** The index: a table for each area. */
export function problemIndex(problems: readonly FoundProblem[]): string {
  const parts = [
    generatedFrom("every `*.problems.ts`"),
    "# Problems\n\n",
    "Every failure that you can act on has a code. A command prints it with what happened, the file and line where that is\nknown, and what to do; with `--json` it prints the same as [an object](../reference/schemas/problem.md).\n",
  ];
  for (const [digit, name] of Object.entries(PROBLEM_AREAS)) {
    const here = problems.filter(({ code }) => code[2] === digit);
    if (here.length === 0) continue;
    const rows = here.map(({ code, definition }) => [
      `[${code}](${code}.md)`,
      definition.title,
      String(definition.exit),
      definition.retryable ? "yes" : "",
    ]);
    parts.push(`\n## HP${digit}xxx: ${name}\n\n`, table(["code", "problem", "exit code", "try again"], rows));
  }
  return parts.join("");
}

/** `{name}` places are set as code, so that nobody takes them for text; lines of a remedy stay lines. */
function places(text: string): string {
  return text.replace(/\{(\w+)\}/g, "`<$1>`").replaceAll("\n", "  \n");
}
