import { SCOPES } from "@holdpoint/contract";
import { type ControlPlane, createControlPlane, createSystemRuntime } from "@holdpoint/server";
import { openStore, type Store, statement } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

const runtime = createSystemRuntime();
const ROUNDS = 40;
const CUT = statement(
  "cut_listeners",
  `SELECT pg_terminate_backend(pid) AS cut FROM pg_stat_activity
   WHERE application_name LIKE '% listener' AND datname = current_database()`,
);

interface Replica {
  readonly store: Store;
  readonly plane: ControlPlane;
  readonly url: string;
}

describe.each(TEST_SERVERS.filter(({ hasUsers }) => hasUsers).slice(0, 1))("two replicas on $name", (kind) => {
  let server: TestServer;
  let a: Replica;
  let b: Replica;
  let tasks = 0;

  beforeAll(async () => {
    server = await kind.start();
    const databaseUrl = await server.emptyDatabase();
    a = await startReplica(databaseUrl, "a");
    b = await startReplica(databaseUrl, "b");
  });

  afterAll(async () => {
    for (const { plane, store } of [a, b]) {
      await plane.close();
      await store.close();
    }
    await server.stop();
  });

  async function startReplica(databaseUrl: string, replica: string): Promise<Replica> {
    const store = await openStore({ databaseUrl, runtime });
    const principal = { tenant: "local", name: "local", tokenId: null, scopes: new Set(SCOPES) };
    const authenticate = (): Promise<typeof principal> => Promise.resolve(principal);
    const plane = await createControlPlane({ store, runtime, version: "0.0.0", replica, authenticate });
    return { store, plane, url: await plane.listen({ host: "127.0.0.1", port: 0 }) };
  }

  async function post(replica: Replica, path: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${replica.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.status).toBeLessThan(300);
    return await response.json();
  }

  const create = async (): Promise<void> => {
    tasks += 1;
    await post(a, "/v1/tasks", { key: `task-${tasks}`, title: "A task" });
  };

  /** From the answer that a task was created through A until B has handed it to somebody who waits there; milliseconds. */
  async function handOver(): Promise<number> {
    const { handOut } = await b.plane.rooms("local");
    const claim = (async (): Promise<number> => {
      const answer = await post(b, "/v1/work/claim", { agent: "waits", waitMs: 10_000, leaseTtlMs: 60_000 });
      const handedAt = performance.now();
      expect(answer).toMatchObject({ tasks: [{ key: `task-${tasks}` }] });
      return handedAt;
    })();
    await vi.waitFor(() => expect(handOut.waiting).toBe(1), { interval: 1, timeout: 10_000 });
    await create();
    const createdAt = performance.now();
    return Math.max(0, (await claim) - createdAt);
  }

  test("hand out on one what is created on the other, long before the poll would", async () => {
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) took.push(await handOver());
    expect(tell("hand-out on B after creation through A", took)).toBeLessThan(1_000);
  }, 120_000);

  test("show on one what happens on the other", async () => {
    const ended = new AbortController();
    const response = await fetch(`${b.url}/v1/events`, {
      headers: { accept: "text/event-stream" },
      signal: ended.signal,
    });
    const chunks = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const took: number[] = [];
    const seesTask = async (): Promise<void> => {
      while (!text.includes(`"task-${tasks}"`)) {
        const { value, done } = await chunks.read();
        if (done) throw new Error("the stream has ended");
        text += value;
      }
    };
    while (!text.includes("following")) text += (await chunks.read()).value ?? "";
    for (let round = 0; round < 20; round += 1) {
      await create();
      const createdAt = performance.now();
      await seesTask();
      took.push(performance.now() - createdAt);
    }
    ended.abort();
    expect(tell("event on B after creation through A", took)).toBeLessThan(1_000);
  }, 120_000);

  test("hear each other again after their connections were cut", async () => {
    await post(b, "/v1/work/claim", { agent: "clears", limit: 100 });
    expect(await a.store.run(CUT)).toHaveLength(2);
    const parts = async (replica: Replica): Promise<unknown> => (await fetch(`${replica.url}/ready`)).json();
    for (const replica of [a, b]) {
      await vi.waitFor(
        async () => {
          const ready = {
            status: "ready",
            parts: expect.arrayContaining([expect.objectContaining({ name: "wake-ups" })]),
          };
          expect(await parts(replica)).toMatchObject(ready);
        },
        { timeout: 10_000, interval: 20 },
      );
    }
    const took: number[] = [];
    for (let round = 0; round < 10; round += 1) took.push(await handOver());
    expect(tell("the same after the connections were cut", took)).toBeLessThan(1_000);
  }, 120_000);

  test("keep figures about the database for whoever measures", async () => {
    await vi.waitFor(() => expect(a.plane.database()?.tables.map(({ name }) => name)).toContain("task_ready"));
  });
});

/** Prints the spread. @returns the median */
function tell(what: string, took: readonly number[]): number {
  const sorted = [...took].sort((x, y) => x - y);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const shown = `p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms of ${took.length}`;
  process.stdout.write(`${what}: ${shown}\n`);
  return at(0.5);
}
