import type { Store } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Answered, type StartedPlane, startPlane } from "./control-plane.testing.ts";
import { appendEvents } from "./events/event-log.ts";

const [testServer] = TEST_SERVERS;
let server: TestServer;
let store: Store;
let plane: StartedPlane;
let tenants = 0;
let token: string;

beforeAll(async () => {
  if (testServer === undefined) throw new Error("there is no test server");
  server = await testServer.start();
  store = await server.openStore(() => Date.now());
  plane = await startPlane(store);
});

beforeEach(() => {
  tenants += 1;
  token = `t${tenants}:all`;
});

afterAll(async () => {
  await plane.close();
  await server.stop();
});

const NOWHERE = "00000000-0000-7000-8000-000000000000";

/** One gate that a metric decides, on one task. */
const GATED = `# Gated

## Phase 1: Words

### Step 1.1: Write it

**Quality gate**: coverage >=80%
`;

function call(method: string, path: string, body?: unknown): Promise<Answered> {
  return plane.call(method, path, body, { token });
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((found, key) => {
    if (typeof found !== "object" || found === null) return undefined;
    return new Map<string, unknown>(Object.entries(found)).get(String(key));
  }, value);
}

function listed(answer: Answered): readonly unknown[] {
  const items = answer.body["items"];
  return Array.isArray(items) ? items : [];
}

function nextOf(answer: Answered): string {
  const next = answer.body["next"];
  return typeof next === "string" ? next : "";
}

async function imported(source: string, document: string, more: object = {}): Promise<string> {
  const answer = await call("POST", "/v1/plans", { source, document, ...more });
  expect([200, 201]).toContain(answer.status);
  return String(at(answer.body, "plan", "id"));
}

async function claimed(): Promise<{ readonly task: string; readonly path: string }> {
  const { body } = await call("POST", "/v1/work/claim", { agent: "ann", leaseTtlMs: 60_000 });
  const task = String(at(body, "tasks", 0, "id"));
  return { task, path: `/v1/tasks/${task}/attempts/${String(at(body, "tasks", 0, "attempt"))}` };
}

describe("plans over HTTP", () => {
  test("are imported once, kept when nothing changed, and revised when something did", async () => {
    const first = await call("POST", "/v1/plans", { source: "a/p.md", document: "# P\n\n- [ ] a\n" });
    expect([first.status, first.body["changed"], at(first.body, "plan", "revision")]).toEqual([201, true, 1]);
    const again = await call("POST", "/v1/plans", { source: "a/p.md", document: "# P\n\n- [ ] a\n" });
    expect([again.status, again.body["changed"]]).toEqual([200, false]);
    const next = await call("POST", "/v1/plans", { source: "a/p.md", document: "# P\n\n- [ ] a\n- [ ] b\n" });
    expect([next.status, at(next.body, "plan", "revision")]).toEqual([200, 2]);
    const id = String(at(next.body, "plan", "id"));
    expect((await call("GET", `/v1/plans/${id}`)).body).toMatchObject({ title: "P", revision: 2, paused: false });

    const revisions = await call("GET", `/v1/plans/${id}/revisions?limit=1`);
    expect(at(revisions.body, "items", 0)).toMatchObject({ revision: 2, format: "markdown", title: "P" });
    const older = await call("GET", `/v1/plans/${id}/revisions?limit=1&cursor=${String(revisions.body["next"])}`);
    expect([at(older.body, "items", 0, "revision"), older.body["next"]]).toEqual([1, null]);

    const document = await call("GET", `/v1/plans/${id}/revisions/1/document`);
    expect([document.text, document.headers.get("content-type")]).toEqual(["# P\n\n- [ ] a\n", "text/plain"]);
    const diff = await call("GET", `/v1/plans/${id}/diff?from=1`);
    expect(diff.body).toMatchObject({ from: 1, to: 2, gates: [] });
    expect(at(diff.body, "items", 0)).toMatchObject({ change: "added", title: "b" });
  });

  test("are changed only by whoever read what is there, where a condition says so", async () => {
    const put = (title: string, headers: Readonly<Record<string, string>>): Promise<Answered> => {
      const body = { source: "a/edited.md", document: `# ${title}\n\n- [ ] a\n` };
      return plane.call("POST", "/v1/plans", body, { token, headers });
    };
    const first = await put("One", { "if-none-match": "*" });
    expect(first.status).toBe(201);
    const path = `/v1/plans/${String(at(first.body, "plan", "id"))}/revisions`;
    const document = await call("GET", `${path}/1/document`);
    const etag = document.headers.get("etag") ?? "";
    expect([etag, first.headers.get("etag")]).toEqual([`"${String(at(first.body, "plan", "digest"))}"`, etag]);
    const same = await plane.call("GET", `${path}/1/document`, undefined, {
      token,
      headers: { "if-none-match": etag },
    });
    expect([same.status, same.text, same.headers.get("etag")]).toEqual([304, "", etag]);

    const second = await put("Two", { "if-match": etag });
    expect(second.status).toBe(200);
    for (const headers of [{ "if-match": etag }, { "if-none-match": "*" }]) {
      expect(await put("Three", headers)).toMatchObject({ status: 412, body: { code: "HP9431" } });
    }
    const absent = { source: "a/none.md", document: "# None\n" };
    const none = await plane.call("POST", "/v1/plans", absent, { token, headers: { "if-match": "*" } });
    expect(none.body["detail"]).toBe(
      "a/none.md is not there, which is not what the condition of the request asks for.",
    );
    expect(listed(await call("GET", path))).toHaveLength(2);
    expect(listed(await call("GET", "/v1/plans")).some((one) => at(one, "source") === "a/none.md")).toBe(false);
  });

  test("are listed page by page, in the order of their sources", async () => {
    for (const name of ["c", "a", "b"]) await imported(`${name}.md`, `# ${name}\n\n- [ ] x\n`);
    const seen: unknown[] = [];
    let cursor = "";
    do {
      const page = await call("GET", `/v1/plans?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...listed(page).map((one) => at(one, "source")));
      cursor = nextOf(page);
    } while (cursor !== "");
    expect(seen).toEqual(["a.md", "b.md", "c.md"]);
    expect(listed(await call("GET", "/v1/plans?cursor=zzz"))).toEqual([]);
  });

  test("of another tenant are not there", async () => {
    const id = await imported("p.md", "# P\n\n- [ ] a\n");
    token = "other:all";
    for (const path of ["", "/revisions", "/revisions/1/document", "/diff?from=1", "/items", "/progress", "/gates"]) {
      expect([path, (await call("GET", `/v1/plans/${id}${path}`)).status]).toEqual([path, 404]);
    }
  });

  test.each([
    ["a plan that is not there", `/v1/plans/${NOWHERE}`, "HP9105"],
    ["an id that is none", "/v1/plans/x", "HP9101"],
  ])("refuse %s", async (_, path, code) => {
    expect((await call("GET", path)).body["code"]).toBe(code);
  });

  test("refuse a revision that is not there", async () => {
    const id = await imported("p.md", "# P\n\n- [ ] a\n");
    for (const path of ["revisions/9/document", "diff?from=9", "diff?from=1&to=9"]) {
      expect((await call("GET", `/v1/plans/${id}/${path}`)).body["code"]).toBe("HP9105");
    }
  });

  test("refuse what cannot be read as a plan, or as its sidecar, by the reader's own problem", async () => {
    const sidecar = await call("POST", "/v1/plans", { source: "p.md", document: "# P\n\n- [ ] a\n", sidecar: "a: [" });
    expect([sidecar.status, sidecar.body["code"]]).toEqual([422, "HP2201"]);
    const yaml = await call("POST", "/v1/plans", { source: "p.yaml", document: "a: [" });
    expect(yaml.status).toBe(422);
  });
});

describe("progress over HTTP", () => {
  test("shows claimed beside verified, and what the old address showed", async () => {
    const id = await imported("p.md", "# P\n\n- [x] A-1 a\n- [ ] A-2 b\n");
    const { body } = await call("GET", `/v1/plans/${id}/progress`);
    expect(body).toMatchObject({ claimed: 0.5, verified: 0, gates: { total: 0, pass: 0 }, holds: [] });
    const items = await call("GET", `/v1/plans/${id}/items?limit=1`);
    expect(listed(items)).toHaveLength(1);
    expect(
      listed(await call("GET", `/v1/plans/${id}/items?cursor=${String(items.body["next"])}`)).length,
    ).toBeGreaterThan(0);
    for (const path of ["/api/progress/status", `/api/progress/status?plan=${id}`]) {
      expect((await call("GET", path)).body).toMatchObject({ overall_completion: 0, claimed_completion: 50 });
    }
    expect((await call("GET", `/api/progress/status?plan=${NOWHERE}`)).status).toBe(404);
    expect((await call("GET", "/status")).body).toMatchObject({ status: "operational", plans: 1, version: "1.2.3" });
  });

  test("is nothing where there is no plan", async () => {
    expect((await call("GET", "/api/progress/status")).body).toMatchObject({ overall_completion: 0, blockers: [] });
  });
});

describe("completion over HTTP", () => {
  test("accepts a task without gates", async () => {
    await imported("p.md", "# P\n\n- [ ] a\n");
    const { path } = await claimed();
    const { status, body } = await call("POST", `${path}/complete`, { summary: "done", result: { lines: 3 } });
    expect([status, body["outcome"], body["state"]]).toEqual([200, "accepted", "accepted"]);
  });

  test("never accepts on an agent's word: it says what is missing, and what can be done", async () => {
    await imported("p.md", GATED);
    const { path } = await claimed();
    const bare = await call("POST", `${path}/complete`, { summary: "all tests pass, coverage is 99 %" });
    expect(bare.body).toMatchObject({ outcome: "held", missing: [{ metric: "coverage", verdict: "inconclusive" }] });
    expect(bare.body["nextActions"]).not.toEqual([]);
    expect(at(bare.body, "missing", 0, "explanation")).toBeTruthy();
  });

  test("does not accept a value that misses the threshold, or one of another metric", async () => {
    for (const [source, metric, value] of [
      ["a.md", "coverage", 12],
      ["b.md", "coverage_of_another", 99],
    ] as const) {
      await imported(source, GATED);
      const { path } = await claimed();
      const evidence = [{ type: "metric", metric, value, unit: "%" }];
      const { status, body } = await call("POST", `${path}/complete`, { evidence });
      expect([status, ["refused", "held"].includes(String(body["outcome"]))]).toEqual([200, true]);
      expect(at(body, "missing", 0, "metric")).toBe("coverage");
      token = `${token.split(":")[0]}x:all`;
    }
  });

  test("fences an attempt that is not the current one, and says who holds the task", async () => {
    await imported("p.md", "# P\n\n- [ ] a\n");
    const { task } = await claimed();
    const { status, body } = await call("POST", `/v1/tasks/${task}/attempts/7/complete`, {});
    expect([status, body["code"]]).toEqual([409, "HP5011"]);
    expect(body["task"]).toMatchObject({ state: "leased", attempt: 1, holder: "ann" });
    expect((await call("POST", `/v1/tasks/${NOWHERE}/attempts/1/complete`, {})).body["code"]).toBe("HP9105");
  });

  test("takes evidence while the work goes on, and answers its digests", async () => {
    await imported("p.md", GATED);
    const { path } = await claimed();
    const evidence = [{ type: "report", name: "r.tap", content: "TAP version 13\n1..1\nok 1 - a\n" }];
    const { status, body } = await call("POST", `${path}/evidence`, { evidence });
    expect(status).toBe(201);
    expect(at(body, "digests", 0)).toMatch(/^sha256:[0-9a-f]{64}$/);
    await call("POST", `${path}/release`, { reason: "later" });
    expect((await call("POST", `${path}/evidence`, { evidence })).status).toBe(409);
  });

  test("leaves it to the host of the plan, and waits for it as long as it is asked to", async () => {
    const id = await imported("p.md", GATED);
    const rooms = await plane.plane.rooms(token.split(":")[0] ?? "");
    await rooms.hosts.attach(id, "host", Date.now());
    expect(await rooms.completion.settlePlan(id)).toBe(0);
    const { task, path } = await claimed();
    const pending = await call("POST", `${path}/complete`, {});
    expect([pending.status, pending.body["outcome"]]).toEqual([202, "pending"]);
    expect(pending.body["nextActions"]).not.toEqual([]);
    await rooms.hosts.attach(id, "host", Date.now());
    await rooms.work.refuse({ taskId: task, attempt: 1, missing: ["coverage was not measured"] });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const next = await claimed();
    const waiting = call("POST", `${next.path}/complete`, { waitMs: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await rooms.work.refuse({ taskId: next.task, attempt: 2, missing: ["coverage is 70 %"] });
    expect((await waiting).body).toMatchObject({ outcome: "refused", missing: [{ explanation: "coverage is 70 %" }] });
    await rooms.hosts.detach(id, "host");
    expect(await rooms.hosts.of(id, Date.now())).toBeNull();
  });

  test("counts failures, hands back without counting, renews and tells of progress", async () => {
    await imported("p.md", "# P\n\n- [ ] a\n");
    const { task, path } = await claimed();
    expect((await call("POST", `${path}/progress`, { message: "half", percent: 50 })).body["expiresAt"]).toBeDefined();
    const renewed = await call("POST", "/v1/work/renew", {
      leases: [
        { task, attempt: 1 },
        { task, attempt: 9 },
      ],
    });
    expect(at(renewed.body, "leases", 0, "ok")).toBe(true);
    expect(at(renewed.body, "leases", 1)).toMatchObject({ ok: false, reason: "fenced", holder: "ann" });
    expect((await call("POST", `${path}/release`, { reason: "later" })).body).toMatchObject({
      state: "ready",
      tries: 0,
    });
    const again = await claimed();
    expect((await call("POST", `${again.path}/fail`, { reason: "no" })).body).toMatchObject({ tries: 1 });
    expect((await call("POST", `${again.path}/fail`, { reason: "no" })).status).toBe(409);
    const many = await call("POST", "/v1/work/complete", { tasks: [{ task, attempt: 1 }] });
    expect(at(many.body, "tasks", 0, "ok")).toBe(false);
  });
});

describe("the log of events over HTTP", () => {
  test("is read page by page without a repeat", async () => {
    await imported("p.md", "# P\n\n- [ ] a\n- [ ] b\n- [ ] c\n");
    const all = listed(await call("GET", "/v1/events?limit=1000")).map((row) => at(row, "seq"));
    const seen: unknown[] = [];
    let cursor = "0";
    while (cursor !== "") {
      const page = await call("GET", `/v1/events?limit=2&cursor=${cursor}`);
      seen.push(...listed(page).map((row) => at(row, "seq")));
      cursor = nextOf(page);
    }
    expect(seen).toEqual(all);
    expect(all.length).toBeGreaterThan(1);
  });

  test("as a stream has no gap and no repeat, however often it is resumed while many write at once", async () => {
    await imported("p.md", "# P\n\n- [ ] a\n");
    const tenant = token.split(":")[0] ?? "";
    const rooms = await plane.plane.rooms(tenant);
    const start = await rooms.events.last();
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < 15; n += 1) {
        await store.transaction(async (tx) => {
          await appendEvents(tx, tenant, n, [{ kind: "test.written", subject: `${writer}/${n}` }]);
          // Commits come in another order than numbers were given.
          await new Promise((resolve) => setTimeout(resolve, (writer * 7 + n) % 5));
        });
        rooms.feed.wake();
      }
    });
    const subjects: string[] = [];
    const seqs: number[] = [];
    let last = start;
    while (subjects.length < 120) {
      const ended = new AbortController();
      const response = await fetch(`${plane.url}/v1/events`, {
        headers: { authorization: `Bearer ${token}`, accept: "text/event-stream", "last-event-id": String(last) },
        signal: ended.signal,
      });
      let text = "";
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        // Cut in the middle, again and again.
        if (
          (text.match(/^data: /gm)?.length ?? 0) >= 17 ||
          subjects.length + (text.match(/^data: /gm)?.length ?? 0) >= 120
        )
          break;
      }
      ended.abort();
      const whole = text.slice(0, text.lastIndexOf("\n\n") + 2);
      for (const [, data] of whole.matchAll(/^data: (.*)$/gm)) {
        const row: { seq: number; subject: string } = JSON.parse(data ?? "{}");
        seqs.push(row.seq);
        subjects.push(row.subject);
        last = row.seq;
      }
    }
    await Promise.all(writers);
    expect(new Set(subjects).size).toBe(120);
    expect(subjects).toHaveLength(120);
    expect([...seqs].sort((a, b) => a - b)).toEqual(seqs);
  });
});
