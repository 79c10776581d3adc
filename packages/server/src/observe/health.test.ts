import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { createHealth, type HealthParts } from "./health.ts";
import { createRoundWatch } from "./round-watch.ts";

function health(more: Partial<HealthParts> = {}): ReturnType<typeof createHealth> {
  return createHealth({
    store: {
      health: () => Promise.resolve({ ok: true, tookMs: 1, detail: null }),
      run: () => Promise.resolve([]),
    },
    handOuts: () => Promise.resolve([]),
    services: () => [],
    dataDir: null,
    now: () => 100_000,
    ...more,
  });
}

async function statusOf(parts: Partial<HealthParts>, name: string): Promise<unknown> {
  const found = (await health(parts)()).find((part) => part.name === name);
  return found === undefined ? null : [found.status, found.detail];
}

describe("health", () => {
  test("is well when every part is", async () => {
    expect((await health()()).map(({ name, status }) => [name, status])).toEqual([
      ["database", "ok"],
      ["event log", "ok"],
      ["hand-out", "ok"],
    ]);
  });

  test("says that the database is down, in its words", async () => {
    const store = {
      health: () => Promise.resolve({ ok: false, tookMs: 1, detail: "gone" }),
      run: () => Promise.reject(new Error("gone too")),
    };
    expect(await statusOf({ store }, "database")).toEqual(["down", "gone"]);
    expect(await statusOf({ store }, "event log")).toEqual(["down", "gone too"]);
  });

  test("does not wait for a part that does not answer", async () => {
    const store = {
      health: () => new Promise<never>(() => undefined),
      run: () => Promise.resolve([]),
    };
    expect(await statusOf({ store }, "database")).toEqual(["down", "no answer within 2 s"]);
  });

  test("tells of a transaction that holds the event log back", async () => {
    const store = {
      health: () => Promise.resolve({ ok: true, tookMs: 1, detail: null }),
      run: <Row>(): Promise<readonly Row[]> => Promise.resolve(JSON.parse('[{"held_ms":61000}]')),
    };
    expect(await statusOf({ store }, "event log")).toEqual([
      "degraded",
      "a transaction that is open for 61 s holds newer events back",
    ]);
  });

  test("is not well when callers wait and nobody looks for work", async () => {
    const at = (waiting: number, lookedAt: number | null): Partial<HealthParts> => ({
      handOuts: () => Promise.resolve([{ waiting, lookedAt }]),
    });
    expect(await statusOf(at(2, 90_000), "hand-out")).toEqual([
      "down",
      "2 callers wait, and nobody has looked for work for a while",
    ]);
    expect(await statusOf(at(2, 99_000), "hand-out")).toEqual(["ok", null]);
    expect(await statusOf(at(2, null), "hand-out")).toEqual(["ok", null]);
    expect(await statusOf(at(0, 1), "hand-out")).toEqual(["ok", null]);
  });

  test("looks at the disk of a database that is here", async () => {
    expect(await statusOf({ dataDir: tmpdir() }, "disk")).not.toBeNull();
    expect(await statusOf({ dataDir: "/nowhere/at/all" }, "disk")).toEqual(["down", expect.stringContaining("ENOENT")]);
    expect(await statusOf({}, "disk")).toBeNull();
  });

  test("takes further parts along, and tells when they cannot be asked", async () => {
    const redis = { name: "redis", status: "degraded", detail: "away", tookMs: null } as const;
    expect(await statusOf({ more: () => Promise.resolve([redis]) }, "redis")).toEqual(["degraded", "away"]);
    const broken = { more: () => Promise.reject(new Error("odd")) };
    expect(await statusOf(broken, "further parts")).toEqual(["down", "odd"]);
  });

  test("asks once for callers that come at the same time", async () => {
    let asked = 0;
    const look = health({
      handOuts: () => {
        asked += 1;
        return Promise.resolve([]);
      },
    });
    await Promise.all(Array.from({ length: 50 }, look));
    expect(asked).toBe(1);
  });
});

describe("the watch over background services", () => {
  const good = { name: "leases", ok: true, tookMs: 3, result: 1 } as const;
  const bad = { name: "leases", ok: false, tookMs: 3, error: new Error("odd") } as const;

  test("is well within thirty seconds of a good round, and says why not after that", () => {
    let now = 0;
    const watch = createRoundWatch(["leases"], () => now);
    expect(watch.parts()).toMatchObject([{ name: "service leases", status: "ok", detail: null }]);
    watch.saw(good);
    now = 30_000;
    watch.saw(bad);
    expect(watch.parts()).toMatchObject([{ status: "ok", tookMs: 3 }]);
    now = 31_000;
    expect(watch.parts()).toMatchObject([{ status: "down", detail: "no good round for 31 s: odd" }]);
    watch.saw(good);
    expect(watch.parts()).toMatchObject([{ status: "ok" }]);
  });

  test("tells of a service that never had a round", () => {
    let now = 0;
    const watch = createRoundWatch(["leases"], () => now);
    now = 40_000;
    watch.saw({ ...bad, error: "text" });
    watch.saw({ ...bad, name: "another" });
    expect(watch.parts()).toMatchObject([{ status: "down", detail: "no good round for 40 s: text" }]);
  });
});
