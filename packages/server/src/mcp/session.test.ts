import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  connect,
  coverageReport,
  PARSER,
  PARSER_SIDECAR,
  REVISIONS,
  type Session,
  startTestPlane,
  type TestPlane,
  taskOf,
  tokensOf,
} from "./mcp.testing.ts";

let plane: TestPlane;

beforeAll(async () => {
  plane = await startTestPlane();
});

afterAll(async () => {
  await plane.stop();
});

/** A tenant of its own with the plan in it, and an agent of it. */
async function agentWithPlan(tenant: string, revision: string): Promise<Session> {
  const planner = await connect(plane.url, `${tenant}:plan`, revision);
  const document = { source: "docs/PARSER.md", document: PARSER, sidecar: PARSER_SIDECAR };
  expect((await planner.call("plan_import", document)).data).toMatchObject({ revision: 1, tasks_added: 2 });
  expect((await planner.call("plan_import", document)).data).toMatchObject({ revision: 1, changed: false });
  await planner.close();
  return await connect(plane.url, `${tenant}:work`, revision);
}

describe.each(REVISIONS)("an agent over %s", (revision) => {
  const tenant = (name: string): string => `${name}-${revision}`;

  test("finds a task, is refused for missing evidence, hands it in and finishes", async () => {
    const agent = await agentWithPlan(tenant("whole"), revision);
    const first = taskOf(await agent.call("work_next", { agent: "ada" }));
    expect(first).toMatchObject({
      title: "Step 1: Cover the parser",
      attempt: 1,
      try: "1 of 3",
      holder: "ada",
      where: "Parser › Phase 1: Prove (Week 1)",
      gates: [{ metric: "line_coverage", asks: ">=80%", min_tier: "E1" }],
      missing: [],
    });
    expect(first["text"]).toContain("Write tests for the branches that nobody ran so far");

    const refused = await agent.call("work_finish", { task: first.id, attempt: 1, summary: "all done, trust me" });
    expect(refused.refused).toBe(true);
    expect(refused.data).toMatchObject({
      code: "HP9304",
      missing: [{ asks: "line_coverage >=80%", reason: "unbound" }],
      next_actions: [
        expect.stringContaining("hand in evidence under its metric's name"),
        "work_next offers it again, with what is missing.",
      ],
      retry_after_ms: expect.any(Number),
      task: { state: "ready", attempt: 1, holder: null },
    });

    const again = taskOf(await agent.call("work_next", { agent: "ada", wait_s: 10 }));
    expect(again).toMatchObject({ id: first.id, attempt: 2, try: "2 of 3" });
    expect(again["missing"]).toHaveLength(1);
    const reports = [{ name: "coverage.lcov", content: coverageReport(9) }];
    const kept = await agent.call("evidence_submit", { task: again.id, attempt: 2, reports });
    expect(kept.data["digests"]).toEqual([expect.stringMatching(/^sha256:[0-9a-f]{64}$/)]);
    const finished = await agent.call("work_finish", { task: again.id, attempt: 2 });
    expect(finished).toMatchObject({ refused: false, data: { outcome: "accepted", missing: [] } });

    // The budget of a task, the refusal included: calls, tokens of what is sent and answered, tokens of one answer.
    expect(agent.calls.length).toBeLessThanOrEqual(6);
    expect(agent.calls.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(6_000);
    expect(Math.max(...agent.calls.map(({ answer }) => answer.tokens))).toBeLessThanOrEqual(1_000);
    await agent.close();
  });

  test("is refused with what was measured when the evidence does not reach the threshold", async () => {
    const agent = await agentWithPlan(tenant("short"), revision);
    const { id } = taskOf(await agent.call("work_next"));
    const reports = [{ name: "coverage.lcov", content: coverageReport(5) }];
    await agent.call("evidence_submit", { task: id, attempt: 1, reports });
    const { data } = await agent.call("work_finish", { task: id, attempt: 1 });
    expect(data).toMatchObject({
      missing: [{ reason: "violated", explanation: expect.stringContaining("line_coverage is 50%") }],
    });
    await agent.close();
  });

  test("does not pass a gate by its word when a report is asked for", async () => {
    const agent = await agentWithPlan(tenant("word"), revision);
    const { id } = taskOf(await agent.call("work_next"));
    const metrics = [{ metric: "line_coverage", value: 99, unit: "%" }];
    await agent.call("evidence_submit", { task: id, attempt: 1, metrics });
    const { refused, data } = await agent.call("work_finish", { task: id, attempt: 1 });
    expect(refused).toBe(true);
    expect(data).toMatchObject({ missing: [{ reason: "tier_too_low" }] });
    await agent.close();
  });

  test("is told who holds the task when its lease ran out meanwhile", async () => {
    const slow = await agentWithPlan(tenant("stale"), revision);
    const { id } = taskOf(await slow.call("work_next", { agent: "slow", lease_s: 30 }));
    plane.pass(31_000);
    const quick = await connect(plane.url, `${tenant("stale")}:work`, revision);
    const next = taskOf(await quick.call("work_next", { agent: "quick", wait_s: 20 }));
    expect(next).toMatchObject({ id, attempt: 2, holder: "quick" });
    const reports = [{ name: "coverage.lcov", content: coverageReport(9) }];
    for (const [name, more] of [
      ["work_heartbeat", {}],
      ["evidence_submit", { reports }],
      ["work_finish", {}],
      ["work_release", { reason: "late" }],
    ] as const) {
      const answer = await slow.call(name, { task: id, attempt: 1, ...more });
      expect(answer.refused).toBe(true);
      expect(answer.data).toMatchObject({
        code: "HP5011",
        why: expect.stringContaining("attempt 2 is the current one, held by quick"),
        task: { state: "leased", attempt: 2, holder: "quick" },
      });
    }
    await slow.close();
    await quick.close();
  });

  test("gets the same answer when it asks again to finish what was accepted", async () => {
    const agent = await agentWithPlan(tenant("twice"), revision);
    const { id } = taskOf(await agent.call("work_next"));
    const reports = [{ name: "coverage.lcov", content: coverageReport(9) }];
    await agent.call("evidence_submit", { task: id, attempt: 1, reports });
    const once = await agent.call("work_finish", { task: id, attempt: 1 });
    const twice = await agent.call("work_finish", { task: id, attempt: 1 });
    expect(twice).toEqual(once);
    await agent.close();
  });

  test("renews its lease, hands the task back, and is offered it again", async () => {
    const agent = await agentWithPlan(tenant("back"), revision);
    const { id } = taskOf(await agent.call("work_next", { lease_s: 5 }));
    const renewed = await agent.call("work_heartbeat", { task: id, attempt: 1, percent: 40, lease_s: 600 });
    expect(Date.parse(String(renewed.data["lease_until"]))).toBeGreaterThan(Date.now() + 500_000);
    const released = await agent.call("work_release", { task: id, attempt: 1, reason: "no compiler here" });
    expect(released.data).toEqual({ state: "ready", attempt: 1 });
    expect(taskOf(await agent.call("work_next", { wait_s: 10 }))).toMatchObject({ id, attempt: 2, try: "1 of 3" });
    const failed = await agent.call("work_release", { task: id, attempt: 2, reason: "it broke", failed: true });
    expect(failed.refused).toBe(false);
    expect((await agent.call("work_get", { task: id })).data).toMatchObject({ state: "ready", try: "2 of 3" });
    await agent.close();
  });

  test("is told that nothing is ready, at once or after its wait", async () => {
    const agent = await connect(plane.url, `${tenant("idle")}:work`, revision);
    const { data, refused } = await agent.call("work_next", { wait_s: 1 });
    expect(refused).toBe(false);
    expect(data).toMatchObject({ task: null, next_actions: [expect.stringContaining("wait_s")] });
    await agent.close();
  });
});

describe("what is read", () => {
  test("explains a gate before and after its evidence, and the plan as a whole", async () => {
    const agent = await agentWithPlan("reads", REVISIONS[0]);
    const task = taskOf(await agent.call("work_next"));
    const gate = { plan: task["plan"], gate: task.gates[0]?.key };
    expect((await agent.call("gate_explain", gate)).data).toMatchObject({
      asks: "line_coverage >=80%",
      min_tier: "E1",
      verdict: "inconclusive",
      reason: "not_run",
    });
    const reports = [{ name: "coverage.lcov", content: coverageReport(9) }];
    await agent.call("evidence_submit", { task: task.id, attempt: 1, reports });
    await agent.call("work_finish", { task: task.id, attempt: 1 });
    expect((await agent.call("gate_explain", gate)).data).toMatchObject({ verdict: "pass", next_actions: [] });
    const status = await agent.call("plan_status");
    expect(status.data).toMatchObject({ title: "Parser", verified: 0.5, tasks: { accepted: 1, ready: 1 } });
    expect(status.tokens).toBeLessThan(1_000);
    await agent.close();
  });

  test("stays small for a plan of a thousand tasks", async () => {
    const tasks = Array.from(
      { length: 1_000 },
      (_, at) => `- [ ] BIG-${at + 1} ${"Do one of many things. ".repeat(4)}`,
    );
    const planner = await connect(plane.url, "big:plan+work+read+operate");
    await planner.call("plan_import", {
      source: "BIG.md",
      document: `# Big\n\n## Phase 1: All\n\n${tasks.join("\n")}\n`,
    });
    const { plan } = taskOf(await planner.call("work_next"));
    const answers = [
      await planner.call("plan_status"),
      await planner.call("plan_list"),
      await planner.call("queue_status"),
      await planner.call("work_next"),
    ];
    expect(answers.map(({ tokens }) => tokens).filter((tokens) => tokens > 1_000)).toEqual([]);
    const page = await planner.call("plan_items", { plan, limit: 5 });
    expect(page.data).toMatchObject({ next_cursor: "5" });
    expect(tokensOf(page.data["items"])).toBeLessThan(1_000);
    await planner.close();
  });

  test("refuses an answer about a plan where there is none", async () => {
    const reader = await connect(plane.url, "empty:read");
    expect((await reader.call("plan_status")).data).toMatchObject({ code: "HP9305" });
    const nobody = "00000000-0000-7000-8000-000000000000";
    expect((await reader.call("work_get", { task: nobody })).data).toMatchObject({ code: "HP9105" });
    expect((await reader.call("plan_status", { plan: nobody })).data).toMatchObject({ code: "HP9105" });
    await reader.close();
  });

  test("came without a fault inside, in all of the above", () => {
    expect(plane.faults).toEqual([]);
  });
});
