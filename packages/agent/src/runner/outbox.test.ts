import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@holdpoint/sdk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Outbox, type Told } from "./outbox.ts";
import { ServerLink } from "./server-link.ts";
import { Spool, type Tell } from "./spool.ts";

/** A request that waits for its answer. */
interface Asked {
  readonly path: string;
  readonly key: string;
  readonly body: unknown;
  readonly response: ServerResponse;
}

const TASK = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

describe("the outbox of a runner", () => {
  let folder: string;
  let server: Server;
  let asked: Asked[];
  let spool: Spool;
  let outbox: Outbox;
  let told: (readonly [string, Told])[];
  let ids: number;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdpoint-outbox-"));
    [asked, told, ids] = [[], [], 0];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
        const key = String(request.headers["idempotency-key"]);
        asked.push({ path: request.url ?? "", key, body, response });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    spool = Spool.open(folder);
    outbox = opened(spool);
  });
  afterEach(async () => {
    outbox.close();
    spool.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  function opened(of: Spool, url = urlOf(server)): Outbox {
    // Its pauses are long, so that what is told again was told because the test woke it.
    const runtime = { now: () => 0, random: () => 0.99, newId: () => `id-${(ids += 1)}` };
    const link = new ServerLink(createClient({ url, tries: 1 }), runtime);
    const onTold = (entry: { readonly id: string }, how: Told): void => void told.push([entry.id, how]);
    return new Outbox({ spool: of, link, runtime, onTold });
  }

  const tell = (attempt: number, kind: Tell["kind"] = "complete"): Tell => ({
    kind,
    task: TASK,
    attempt,
    body: kind === "complete" ? { summary: `of ${attempt}` } : { reason: `of ${attempt}` },
  });
  const heard = (count: number): Promise<void> =>
    vi.waitFor(() => expect(asked).toHaveLength(count), { timeout: 5_000, interval: 5 });
  const all = (count: number): Promise<void> =>
    vi.waitFor(() => expect(told).toHaveLength(count), { timeout: 5_000, interval: 5 });

  function answer(at: number, status: number, body: object): void {
    const { response } = asked[at] ?? {};
    response?.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  function take(at: number, outcome = "accepted"): void {
    const state = outcome === "held" ? "held" : "accepted";
    answer(at, 200, { task: TASK, attempt: 1, tries: 0, state, outcome, missing: [], nextActions: [] });
  }

  function refuse(at: number, status: number, retryable: boolean, task?: object): void {
    const about = { type: "/problems/HP5011", title: "T", detail: "D", code: "HP5011", remedy: "R", instance: "i" };
    answer(at, status, { ...about, status, retryable, ...(task === undefined ? {} : { task }) });
  }

  it("tells each kind at its address, under the key of its entry, and forgets it when it was taken", async () => {
    for (const [attempt, kind] of [
      [1, "complete"],
      [2, "fail"],
      [3, "release"],
    ] as const) {
      outbox.add(tell(attempt, kind));
      await heard(attempt);
      take(attempt - 1);
      await all(attempt);
    }
    const path = (attempt: number, verb: string): string => `/v1/tasks/${TASK}/attempts/${attempt}/${verb}`;
    expect(asked.map((one) => [one.path, one.key, one.body])).toEqual([
      [path(1, "complete"), "id-1", { summary: "of 1" }],
      [path(2, "fail"), "id-2", { reason: "of 2" }],
      [path(3, "release"), "id-3", { reason: "of 3" }],
    ]);
    expect(told).toEqual([
      ["id-1", { outcome: "accepted" }],
      ["id-2", { outcome: "taken" }],
      ["id-3", { outcome: "taken" }],
    ]);
    expect(spool.size).toBe(0);
  });

  it("takes a refusal that will not change for the end of it", async () => {
    outbox.add(tell(1));
    await heard(1);
    refuse(0, 409, false);
    await all(1);
    expect(told).toEqual([["id-1", { outcome: "over", code: "HP5011", detail: "D" }]]);
    expect(spool.size).toBe(0);
  });

  it.each([
    ["accepted", 1, "accepted"],
    ["held", 1, "held"],
    ["reported", 1, "pending"],
    ["ready", 1, "over"],
    ["accepted", 2, "over"],
  ] as const)(
    "takes a report for what became of it when its answer was lost: %s by attempt %i",
    async (state, attempt, outcome) => {
      outbox.add(tell(1));
      await heard(1);
      refuse(0, 409, false, { state, attempt, holder: null });
      await all(1);
      expect(told).toMatchObject([["id-1", { outcome }]]);
    },
  );

  it.each([
    ["an answer that may change", 409, true],
    ["a token that has ended", 401, false],
    ["a token that does not allow it", 403, false],
    ["a fault of the server", 500, false],
    ["a server that has too much to do", 503, true],
  ])("keeps what was met by %s, and tells it again under the same key", async (_what, status, retryable) => {
    outbox.add(tell(1));
    await heard(1);
    refuse(0, status, retryable);
    await vi.waitFor(() => {
      outbox.wake();
      expect(asked).toHaveLength(2);
    });
    expect([told, spool.size]).toEqual([[], 1]);
    take(1, "held");
    await all(1);
    expect(asked.map(({ key }) => key)).toEqual(["id-1", "id-1"]);
  });

  it("sends eight at a time, oldest first, and the next as each is answered", async () => {
    for (let attempt = 1; attempt <= 10; attempt += 1) outbox.add(tell(attempt));
    await heard(8);
    expect(asked.map(({ key }) => key).sort()).toEqual(Array.from({ length: 8 }, (_, at) => `id-${at + 1}`));
    take(0);
    await heard(9);
    expect(asked[8]?.key).toBe("id-9");
    for (let at = 1; at < 9; at += 1) take(at);
    await heard(10);
    take(9);
    await all(10);
    expect(spool.size).toBe(0);
  });

  it("asks with one entry whether a server that was away is back, and sends the rest when it is", async () => {
    outbox.add(tell(1));
    await heard(1);
    refuse(0, 503, true);
    await vi.waitFor(() => {
      outbox.wake();
      expect(asked).toHaveLength(2);
    });
    for (let attempt = 2; attempt <= 4; attempt += 1) outbox.add(tell(attempt));
    take(1);
    await heard(5);
    for (let at = 2; at < 5; at += 1) take(at);
    await all(4);
    expect(told.map(([id]) => id).sort()).toEqual(["id-1", "id-2", "id-3", "id-4"]);
  });

  it("tells what an earlier runner left, once it is woken", async () => {
    spool.add({ ...tell(7), id: "left" });
    outbox.wake();
    await heard(1);
    expect(asked[0]?.key).toBe("left");
    take(0);
    await all(1);
  });

  it("says what is left when it is flushed and the server does not answer, and nothing when all was told", async () => {
    expect(await outbox.flush(10_000)).toBe(0);
    outbox.add(tell(1));
    await heard(1);
    expect(await outbox.flush(1)).toBe(1);
    const flushed = outbox.flush(10_000);
    take(0);
    expect(await flushed).toBe(0);
  });

  it("leaves on disk what is answered after it was closed: it is told again, and the server knows it", async () => {
    outbox.add(tell(1));
    await heard(1);
    outbox.close();
    take(0);
    await new Promise((resolve) => asked[0]?.response.on("close", resolve));
    outbox.add(tell(2));
    outbox.wake();
    expect([told, spool.pending.map(({ id }) => id), asked.length]).toEqual([[], ["id-1", "id-2"], 1]);
  });

  it("keeps everything while nothing listens at the server's address", async () => {
    outbox.close();
    outbox = opened(spool, "http://127.0.0.1:1");
    for (let attempt = 1; attempt <= 3; attempt += 1) outbox.add(tell(attempt));
    expect(await outbox.flush(50)).toBe(3);
    outbox.close();
    outbox = opened(spool);
    outbox.wake();
    await heard(3);
    for (let at = 0; at < 3; at += 1) take(at);
    await all(3);
  });

  it("does not send what cannot be kept", () => {
    spool.close();
    expect(() => outbox.add(tell(1))).toThrow("the spool is closed");
    expect(asked).toEqual([]);
    writeFileSync(join(folder, "runner.pid"), "");
    spool = Spool.open(folder);
  });
});

function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}
