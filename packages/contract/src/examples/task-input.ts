import type { TaskInput } from "../task-input.ts";

/** An example of what an agent reads from its standard input, shown in its reference page. */
export const taskInputExample: TaskInput = {
  schema: "holdpoint/task/v1",
  task: { key: "API-07", id: "API-07", title: "Limit each client's rate", line: 48, kind: "task", owners: ["build"] },
  plan: {
    path: "/home/dev/.local/state/holdpoint/worktrees/5f1c/API-07.2/tree/PLAN.md",
    title: "Launch of the link service",
    digest: "sha256:1c4d0c4f5d7a2c6b0f0f5a2d0c1b7d8e9f3a6b5c4d2e1f0a9b8c7d6e5f4a3b2c",
  },
  attempt: 2,
  gates: [{ key: "API-07#line_coverage", metric: "line_coverage", text: ">=90%" }],
  refusal: {
    missing: [
      {
        gate: "API-07#line_coverage",
        metric: "line_coverage",
        text: ">=90%",
        verdict: "fail",
        reason: "violated",
        explanation: "line_coverage is 71.4 %, and at least 90 % is asked for.",
      },
    ],
  },
  workspace: "/home/dev/.local/state/holdpoint/worktrees/5f1c/API-07.2/tree",
};
