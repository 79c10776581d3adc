import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TokenEvent, TokenFile, type TokenHolder, TokenKeeper } from "@holdpoint/agent";
import { operations } from "@holdpoint/contract";
import { createClient } from "@holdpoint/sdk";
import { type ControlPlane, createControlPlane, createSystemRuntime } from "@holdpoint/server";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const DAY_MS = 86_400_000;

describe("the token of a runner, at a server", () => {
  let database: TestServer;
  let plane: ControlPlane;
  let url: string;
  let admin: string;
  let dir: string;
  let file: TokenFile;
  let token: TokenHolder;
  let events: TokenEvent[];
  const clock = { aheadMs: 0 };
  const system = createSystemRuntime();
  const runtime = { ...system, now: () => system.now() + clock.aheadMs, random: () => 0.5 };

  beforeAll(async () => {
    database = await startTestServer(undefined);
    const store = await database.openStore(() => runtime.now());
    const access = { auditFolder: mkdtempSync(join(tmpdir(), "holdpoint-audit-")) };
    plane = await createControlPlane({ store, runtime, version: "0.0.0", replica: "one", access });
    admin = (await plane.access.ensureFirstAdmin())?.token ?? "";
    url = await plane.listen({ host: "127.0.0.1", port: 0 });
  });
  afterAll(async () => {
    await plane.close();
    await database.stop();
  });
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "holdpoint-token-"));
    file = new TokenFile(join(dir, "runner.token"));
    events = [];
    clock.aheadMs = 0;
    const body = { kind: "run" as const, name: "host", lifetimeS: 30 * 86_400 };
    const made = await createClient({ url, token: admin }).call(operations.createToken, { body });
    token = { current: made.token };
    writeFileSync(file.path, `${made.token}\n`, { mode: 0o640 });
  });
  afterEach(() => {
    chmodSync(dir, 0o700);
    rmSync(dir, { recursive: true });
  });

  function keeper(place: TokenFile | null = file, at = url): TokenKeeper {
    const client = createClient({ url: at, token: () => token.current, tries: 1 });
    return new TokenKeeper({ client, runtime, token, file: place, onEvent: (event) => events.push(event) });
  }

  const works = async (one: string): Promise<boolean> => {
    const headers = { authorization: `Bearer ${one}` };
    return (await fetch(`${url}/v1/tokens/self`, { headers })).status === 200;
  };

  it("is renewed when a third of its life is left, stored for its owner alone, and the old one stays valid to its end", async () => {
    const old = token.current;
    const one = keeper();
    expect(await one.look()).toBe(60_000);
    clock.aheadMs += 19 * DAY_MS;
    await one.look();
    expect([token.current, events]).toEqual([old, []]);
    clock.aheadMs += 1.1 * DAY_MS;
    await one.look();
    expect(token.current).not.toBe(old);
    expect(file.read()).toBe(token.current);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(["runner.token"]);
    expect(events).toMatchObject([{ type: "token-renewed" }]);
    expect([await works(old), await works(token.current)]).toEqual([true, true]);
    clock.aheadMs += 10 * DAY_MS;
    expect([await works(old), await works(token.current)]).toEqual([false, true]);
    // And so on, for months.
    for (let day = 0; day < 100; day += 5) {
      clock.aheadMs += 5 * DAY_MS;
      await one.look();
      expect(await works(token.current)).toBe(true);
    }
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(["token-renewed"]));
  });

  it("stays as it is while the server is away, and is renewed when it is back", async () => {
    const old = token.current;
    clock.aheadMs += 25 * DAY_MS;
    await keeper(file, "http://127.0.0.1:1").look();
    expect([token.current, file.read(), events]).toEqual([old, old, []]);
    await keeper().look();
    expect([token.current === old, events.length]).toEqual([false, 1]);
  });

  it("is not renewed while it could not be stored, which is told once", async () => {
    const [old, one] = [token.current, keeper(new TokenFile(join(dir, "gone", "runner.token")))];
    clock.aheadMs += 25 * DAY_MS;
    await one.look();
    await one.look();
    expect(token.current).toBe(old);
    expect(events).toMatchObject([{ type: "token-not-stored", why: "ENOENT" }]);
    mkdirSync(join(dir, "gone"));
    writeFileSync(join(dir, "gone", "runner.token"), old);
    await one.look();
    expect(token.current).not.toBe(old);
    expect(readFileSync(join(dir, "gone", "runner.token"), "utf8").trim()).toBe(token.current);
  });

  it("that was renewed and could not be stored is stored later, and used at the latest when the old one has ended", async () => {
    const place = new FullFile(file.path);
    const [old, one] = [token.current, keeper(place)];
    clock.aheadMs += 25 * DAY_MS;
    for (let looked = 0; looked < 3; looked += 1) expect(await one.look()).toBe(60_000);
    expect([token.current, file.read()]).toEqual([old, old]);
    expect(events).toMatchObject([{ type: "token-not-stored", why: "no space" }]);
    clock.aheadMs += 6 * DAY_MS;
    await one.look();
    const next = token.current;
    expect([next === old, file.read() === old, await works(next)]).toEqual([false, true, true]);
    place.isFull = false;
    await one.look();
    expect([token.current, file.read()]).toEqual([next, next]);
  });

  it("that lives for a year ends 30 days after it was renewed, and the new one is used from then on, stored or not", async () => {
    const body = { kind: "run" as const, name: "host", lifetimeS: 366 * 86_400 };
    const { token: old } = await createClient({ url, token: admin }).call(operations.createToken, { body });
    token.current = old;
    writeFileSync(file.path, old);
    const place = new FullFile(file.path);
    const one = keeper(place);
    clock.aheadMs += 250 * DAY_MS;
    await one.look();
    clock.aheadMs += 30 * DAY_MS - 20_000;
    // Looks again in time for the end of the old one.
    const pauseMs = await one.look();
    expect([token.current === old, await works(old), pauseMs <= 20_000]).toEqual([true, true, true]);
    clock.aheadMs += 20_000;
    await one.look();
    const next = token.current;
    expect([next === old, await works(old), await works(next)]).toEqual([false, false, true]);
    place.isFull = false;
    await one.look();
    expect([token.current, file.read()]).toEqual([next, next]);
  });

  it("from a variable is left alone, and how long it is valid is told at the start and in its last third", async () => {
    const [old, one] = [token.current, keeper(null)];
    await one.look();
    await one.look();
    expect(events).toMatchObject([{ type: "token-ends" }]);
    clock.aheadMs += 25 * DAY_MS;
    await one.look();
    await one.look();
    expect([token.current, events.length]).toEqual([old, 2]);
    const [, last] = events;
    expect(last?.type === "token-ends" && Math.round(last.leftMs / DAY_MS)).toBe(5);
  });

  it("is taken from its file when somebody puts another one there", async () => {
    const one = keeper();
    await one.look();
    const client = createClient({ url, token: token.current });
    const { token: other } = await client.call(operations.renewToken, { body: { overlapS: 0 } });
    writeFileSync(file.path, other);
    await one.look();
    expect([token.current, events]).toEqual([other, [{ type: "token-taken" }]]);
  });

  it("that the server does not know is told of", async () => {
    token.current = "hp_run_wrong";
    writeFileSync(file.path, token.current);
    const one = keeper();
    await one.look();
    await one.look();
    expect(events).toMatchObject([{ type: "token-refused" }]);
  });

  it("that cannot be renewed because a process made it is left alone for good", async () => {
    const own = await createControlPlane({
      store: await database.openStore(() => 0),
      runtime,
      version: "0.0.0",
      replica: "two",
      authenticate: () =>
        Promise.resolve({ tenant: "t", name: "own", tokenId: null, scopes: new Set(["work"] as const) }),
    });
    try {
      const one = keeper(null, await own.listen({ host: "127.0.0.1", port: 0 }));
      expect([await one.look(), events]).toEqual([60_000, []]);
    } finally {
      await own.close();
    }
  });

  it.each([
    ["is empty", ""],
    ["holds more than a token", "hp_run_a\nhp_run_b\n"],
  ])("is refused when its file %s", (_what, text) => {
    writeFileSync(file.path, text);
    expect(() => file.read()).toThrow(expect.objectContaining({ code: "HP7310" }));
  });

  it("is refused when there is no file", () => {
    const missing = new TokenFile(join(dir, "missing"));
    expect(() => missing.read()).toThrow(expect.objectContaining({ code: "HP7310" }));
  });
});

/** A file on a disk that is full. */
class FullFile extends TokenFile {
  isFull = true;

  override draft(): ReturnType<TokenFile["draft"]> {
    const draft = super.draft();
    if (!this.isFull) return draft;
    draft.store = () => {
      draft.discard();
      throw new Error("no space");
    };
    return draft;
  }
}
