import { describe, expect, test } from "vitest";
import { createMetrics, type MetricsParts } from "./metrics.ts";

const record = {
  operation: "listPlans",
  method: "GET",
  path: "/v1/plans",
  status: 200,
  durationMs: 20,
  traceId: "a",
  principal: null,
  fault: null,
};

function metrics(run: () => Promise<readonly unknown[]> = () => Promise.resolve([])): ReturnType<typeof createMetrics> {
  const store: MetricsParts["store"] = {
    run: async <Row>() => JSON.parse(JSON.stringify(await run())) as readonly Row[],
  };
  const present = (): Promise<{ followers: number; waiting: number }> => Promise.resolve({ followers: 2, waiting: 3 });
  return createMetrics({ version: "1.2.3", store, now: () => 10_000, present });
}

describe("metrics", () => {
  test("count requests by operation and status, with their duration", async () => {
    const all = metrics();
    all.sawRequest(record);
    all.sawRequest({ ...record, status: 503 });
    const text = await all.text();
    expect(text).toContain('duration_seconds_count{operation="listPlans",method="GET",status="200"} 1');
    expect(text).toContain('duration_seconds_bucket{le="0.025",operation="listPlans",method="GET",status="503"} 1');
    expect(text).toContain('holdpoint_info{version="1.2.3"} 1');
    expect(text).toContain("process_cpu_user_seconds_total");
  });

  test("count what commands did, in how large batches", async () => {
    const all = metrics();
    all.sawBatch({ commands: 7, tookMs: 3, moved: ["claimed", "expired", "accepted", "unblocked"], fenced: 2 });
    const text = await all.text();
    expect(text).toContain('holdpoint_commit_batch_commands_bucket{le="10"} 1');
    expect(text).toContain('holdpoint_attempts_total{outcome="accepted"} 1');
    expect(text).not.toContain('outcome="unblocked"');
    expect(text).toContain("holdpoint_lease_expiries_total 1");
    expect(text).toContain("holdpoint_fence_refusals_total 2");
  });

  test("tell of rounds, followers and waiting callers", async () => {
    const all = metrics();
    all.sawRound({ name: "leases", ok: true, tookMs: 1, result: 0 });
    all.sawRound({ name: "leases", ok: false, tookMs: 1, error: null });
    const text = await all.text();
    expect(text).toContain('round_duration_seconds_count{service="leases",outcome="failed"} 1');
    expect(text).toContain("holdpoint_event_followers 2");
    expect(text).toContain("holdpoint_waiting_claims 3");
  });

  test("ask the database once for readers that come close together", async () => {
    let asked = 0;
    const row = { ready: 4, resting: 1, oldest_at_ms: 4_000, leased: 2, reported: 0, held: 1, dead: 0, callbacks: 3 };
    const all = metrics(() => {
      asked += 1;
      return Promise.resolve([row]);
    });
    const [text] = await Promise.all([all.text(), all.text(), all.text()]);
    expect(asked).toBe(1);
    expect(text).toContain('holdpoint_tasks{state="ready"} 4');
    expect(text).toContain("holdpoint_oldest_ready_seconds 6");
    expect(text).toContain("holdpoint_pending_callbacks 3");
    expect(text).toContain("holdpoint_database_up 1");
  });

  test("give no numbers of before for those of now when the database is away", async () => {
    const text = await metrics(() => Promise.reject(new Error("away"))).text();
    expect(text).not.toMatch(/holdpoint_tasks\{/);
    expect(text).toContain("holdpoint_oldest_ready_seconds Nan");
    expect(text).toContain("holdpoint_database_up 0");
  });

  test("say that nothing is ready as an age of nothing", async () => {
    const row = { ready: 0, resting: 0, oldest_at_ms: null, leased: 0, reported: 0, held: 0, dead: 0, callbacks: 0 };
    expect(await metrics(() => Promise.resolve([row])).text()).toContain("holdpoint_oldest_ready_seconds 0");
  });
});
