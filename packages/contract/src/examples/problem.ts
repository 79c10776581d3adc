import type { ProblemReport } from "../problem-report.ts";

/** An example of a problem as `--json` prints it, shown in its reference page. */
export const problemExample: ProblemReport = {
  schema: "holdpoint/problem/v1",
  code: "HP2202",
  title: "The sidecar has a key that is not known",
  message:
    "PLAN.holdpoint.yaml: checks[0].timout is not a key known here; known are id, run, cwd, timeout, files, reader, inputs, env.",
  file: "PLAN.holdpoint.yaml",
  line: 7,
  field: "checks[0].timout",
  remedy: "Correct the spelling or take the line out; docs/reference/schemas/sidecar.md lists every key.",
  exit: 65,
  docs: "docs/problems/HP2202.md",
};
