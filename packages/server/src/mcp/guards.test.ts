import { type AuditLine, auditLine } from "@holdpoint/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyAudit } from "../access/index.ts";
import { connect, PARSER, startTestPlane, type TestPlane, taskOf } from "./mcp.testing.ts";

let plane: TestPlane;
/** Where the clock of the limits stands; it goes on while this is null. */
let frozenAtMs: number | null = null;

beforeAll(async () => {
  const monotonicMs = (): number => frozenAtMs ?? performance.now();
  plane = await startTestPlane({ access: { requestsPerSecond: 20, monotonicMs } });
});

afterAll(async () => {
  await plane.stop();
});

async function ask(path: string, token: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${plane.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const body: unknown = await answer.json();
  return { ...(typeof body === "object" ? body : {}) };
}

async function auditOf(tenant: string): Promise<readonly AuditLine[]> {
  const { items } = await ask("/v1/audit", `${tenant}:admin`);
  return Array.isArray(items) ? items.map((item) => auditLine.parse(item)) : [];
}

function told(lines: readonly AuditLine[]): readonly unknown[] {
  return lines.map(({ entry: { who, tool, operation, status, code } }) => [who.name, tool, operation, status, code]);
}

describe("what comes through a tool", () => {
  test("is in the audit log as over HTTP, with the tool: what was done, and what was refused", async () => {
    const planner = await connect(plane.url, "told:plan+work+operate");
    await planner.call("plan_import", { source: "PARSER.md", document: PARSER });
    const { id, plan } = taskOf(await planner.call("work_next"));
    await planner.call("work_get", { task: id });
    await planner.call("work_release", { task: id, attempt: 1, reason: "not mine" });
    await planner.call("work_release", { task: id, attempt: 1, reason: "not mine" });
    await planner.call("plan_pause", { plan, paused: false });
    await planner.close();
    const lines = await auditOf("told");
    expect(told(lines)).toEqual([
      ["told agent", "plan_import", "importPlan", 201, null],
      ["told agent", "work_release", "releaseAttempt", 200, null],
      ["told agent", "work_release", "releaseAttempt", 409, "HP5011"],
      ["told agent", "plan_pause", "resumePlan", 200, null],
    ]);
    expect(lines[1]?.entry.params).toEqual({ task: id, attempt: "1" });
    expect(lines[1]?.entry.body).toMatch(/^sha256:/);
    const texts = lines.map((line) => JSON.stringify(line));
    expect((await verifyAudit(texts, [], [])).faults).toEqual([]);
  });

  test("is in the audit log when the token does not open the tool", async () => {
    const worker = await connect(plane.url, "closed:work");
    const task = "00000000-0000-7000-8000-000000000000";
    await expect(worker.call("task_cancel", { task, reason: "x" })).rejects.toThrow(/task_cancel/);
    await expect(worker.call("no_such_tool")).rejects.toThrow(/no_such_tool/);
    await expect(worker.call("queue_status")).rejects.toThrow(/queue_status/);
    await worker.close();
    await expect
      .poll(async () => told(await auditOf("closed")))
      .toEqual([["closed agent", "task_cancel", "cancelTask", 403, "HP9104"]]);
  });

  test("is in the audit log however a call of a closed tool is written", async () => {
    const params = { name: "task_cancel", arguments: {} };
    const plain = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
    const headers = {
      authorization: "Bearer written:work",
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    for (const body of [plain, plain.replace("/", "\\/"), plain.replace("tools", "\\u0074ools")]) {
      const answer = await fetch(`${plane.url}/mcp`, { method: "POST", headers, body });
      expect(await answer.text()).toContain("task_cancel");
    }
    const refused = ["written agent", "task_cancel", "cancelTask", 403, "HP9104"];
    await expect.poll(async () => told(await auditOf("written"))).toEqual([refused, refused, refused]);
  });

  test("carries the trace of its request to the events that follow from it", async () => {
    const planner = await connect(plane.url, "traced:plan+read");
    await planner.call("task_create", { title: "Dig" });
    await planner.close();
    const { items } = await ask("/v1/events?cursor=0", "traced:read");
    expect(items).toContainEqual(
      expect.objectContaining({ kind: "task.created", trace: expect.stringMatching(/^[0-9a-f]{32}$/) }),
    );
  });
});

describe("requests to /mcp", () => {
  test("beyond the limit of their caller, whichever door it uses, are refused with when to come again", async () => {
    const headers = {
      authorization: "Bearer fast:work+read",
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} });
    const send = (): Promise<Response> => fetch(`${plane.url}/mcp`, { method: "POST", headers, body });
    frozenAtMs = performance.now();
    const answers = await Promise.all(Array.from({ length: 80 }, send));
    const served = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect([served.length, refused.length]).toEqual([40, 40]);
    const left = served.map((answer) => Number(answer.headers.get("ratelimit-remaining")));
    expect(left.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, at) => at));
    for (const answer of refused) {
      expect(answer.headers.get("retry-after")).toBe("1");
      expect(answer.headers.get("ratelimit-limit")).toBe("20");
      expect(answer.headers.get("ratelimit-remaining")).toBe("0");
      expect(await answer.json()).toMatchObject({ code: "HP9414", retryable: true });
    }
    for (const answer of served) await answer.arrayBuffer();
    // The same bucket counts what comes over HTTP.
    const list = (): Promise<Response> => fetch(`${plane.url}/v1/plans`, { headers });
    const stands = async (asked: Promise<Response>): Promise<readonly unknown[]> => {
      const answer = await asked;
      await answer.arrayBuffer();
      return [answer.status, answer.headers.get("ratelimit-remaining")];
    };
    expect(await stands(list())).toEqual([429, "0"]);
    frozenAtMs += 100;
    expect([await stands(list()), await stands(send()), await stands(list())]).toEqual([
      [200, "1"],
      [200, "0"],
      [429, "0"],
    ]);
    frozenAtMs = null;
  });
});
