import { describe, expect, test } from "vitest";
import { createMetrics, type MetricsParts, type Present } from "./metrics.ts";

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

const DATABASE = {
  horizon: { heldMs: 90_000 },
  tables: [{ name: "task", live: 10, dead: 4, bytes: 8192, indexBytes: 4096 }],
};

function metrics(run: () => Promise<readonly unknown[]> = () => Promise.resolve([])): ReturnType<typeof createMetrics> {
  const store: MetricsParts["store"] = {
    connections: () => ({ open: 5, idle: 3, waiting: 2 }),
    onConnectionUse: (saw) => saw({ waitedMs: 7, usedMs: 2 }),
    run: async <Row>() => JSON.parse(JSON.stringify(await run())) as readonly Row[],
  };
  const present = (): Promise<Present> => Promise.resolve({ followers: 2, waiting: 3, inFlight: 4 });
  return createMetrics({ version: "1.2.3", store, now: () => 10_000, present, database: () => DATABASE });
}

describe("metrics", () => {
  test("count requests by operation and status, with their duration", async () => {
    const all = metrics();
    all.sawRequest(record);
    all.sawRequest({ ...record, status: 503 });
    const text = await all.text();
    expect(text).toContain(
      'duration_seconds_count{operation="listPlans",route="/v1/plans",method="GET",status="200"} 1',
    );
    expect(text).toContain(
      'duration_seconds_bucket{le="0.025",operation="listPlans",route="/v1/plans",method="GET",status="503"} 1',
    );
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
    expect(text).toContain("holdpoint_http_requests_in_flight 4");
  });

  test("tell what is waited for at the database, and how tidy it is", async () => {
    const text = await metrics().text();
    expect(text).toContain('holdpoint_database_wait_seconds_bucket{le="0.01"} 1');
    expect(text).toContain('holdpoint_database_use_seconds_bucket{le="0.005"} 1');
    expect(text).toContain('holdpoint_database_connections{state="busy"} 2');
    expect(text).toContain('holdpoint_database_connections{state="waiting"} 2');
    expect(text).toContain("holdpoint_database_horizon_seconds 90");
    expect(text).toContain('holdpoint_database_rows{table="task",kind="dead"} 4');
    expect(text).toContain('holdpoint_database_bytes{table="task",kind="indexes"} 4096');
  });

  test("count calls of tools by how they ended", async () => {
    const all = metrics();
    all.sawTool({ tool: "work_next", outcome: "refused", tookMs: 3 });
    expect(await all.text()).toContain('mcp_tool_duration_seconds_count{tool="work_next",outcome="refused"} 1');
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
