import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  connect,
  coverageReport,
  PARSER,
  PARSER_SIDECAR,
  REVISIONS,
  startTestPlane,
  type TestPlane,
} from "./mcp.testing.ts";

let plane: TestPlane;

beforeAll(async () => {
  plane = await startTestPlane();
});

afterAll(async () => {
  console.log(plane.faults);
  await plane.stop();
});

describe.each(REVISIONS)("an agent over %s", (revision) => {
  test("finds, works, is refused", async () => {
    const tenant = `t${revision.slice(0, 4)}`;
    const planner = await connect(plane.url, `${tenant}:plan`, revision);
    const imported = await planner.call("plan_import", {
      source: "PARSER.md",
      document: PARSER,
      sidecar: PARSER_SIDECAR,
    });
    console.log(imported.text, imported.data);
    const worker = await connect(plane.url, `${tenant}:work`, revision);
    const next = await worker.call("work_next");
    console.log(next.text, JSON.stringify(next.data, null, 1), next.tokens);
    const task = next.data["task"] as any;
    const early = await worker.call("work_finish", { task: task.id, attempt: task.attempt });
    console.log(early.text, JSON.stringify(early.data));
    const again = await worker.call("work_next", { wait_s: 5 });
    console.log(again.text);
    const t2 = again.data["task"] as any;
    const given = await worker.call("evidence_submit", {
      task: t2.id,
      attempt: t2.attempt,
      reports: [{ name: "p.tap", content: coverageReport(9) }],
    });
    console.log(given.text, given.data);
    const fin = await worker.call("work_finish", { task: t2.id, attempt: t2.attempt });
    console.log(
      fin.text,
      JSON.stringify(fin.data),
      worker.calls.map((c) => [c.name, c.tokens]),
    );
    const g = await worker.call("gate_explain", { plan: t2.plan, gate: t2.gates[0].key });
    console.log(g.text);
    console.log((await worker.call("plan_status")).text);
  });
});
