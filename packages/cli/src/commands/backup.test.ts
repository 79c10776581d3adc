import { existsSync } from "node:fs";
import { readPlan, scheduleWork } from "@holdpoint/core";
import { createApp, createSystemRuntime } from "@holdpoint/server";
import { openStore } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run as backup } from "./backup.ts";
import { type CallFolder, callFolder } from "./call.testing.ts";
import { run as move } from "./db-move.ts";
import { GREETER } from "./plan-files.testing.ts";
import { run as restore } from "./restore.ts";

interface Copied {
  readonly digest: string;
  readonly rows: number;
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

const runtime = createSystemRuntime();
const [kind] = TEST_SERVERS.filter(({ hasUsers }) => hasUsers);

function copied(out: string): Copied {
  const told: Copied = JSON.parse(out);
  return told;
}

/** A folder whose embedded database holds a tenant and an event or two. */
async function filledFolder(): Promise<CallFolder> {
  const folder = callFolder();
  const store = await openStore({ runtime, dataDir: folder.dir });
  try {
    const app = await createApp({ store, runtime });
    const document = readPlan(new TextEncoder().encode(GREETER), { fileName: "PLAN.md" });
    await app.importPlan({ source: "PLAN.md", document, graph: scheduleWork(document) });
  } finally {
    await store.close();
  }
  return folder;
}

describe("a copy of all data", { timeout: 60_000 }, () => {
  let server: TestServer | undefined;

  beforeAll(async () => {
    server = await kind?.start();
  });

  afterAll(async () => {
    await server?.stop();
  });

  async function emptyDatabase(): Promise<string> {
    if (server === undefined) throw new Error("there is no server to test on");
    return await server.emptyDatabase();
  }

  test("is made by backup, told of on standard error, and restored into a server by its digest", async () => {
    const folder = await filledFolder();
    const made = await folder.call(backup, ["all.backup"], { json: true });
    expect([made.code, made.err]).toEqual([0, expect.stringMatching(/^copied {4}plan {2}1 row$/m)]);
    expect(made.err).toMatch(/^verified {2}task {2}/m);
    const databaseUrl = await emptyDatabase();
    const restored = await folder.call(restore, ["all.backup"], { to: databaseUrl, json: true });
    expect(restored.code).toBe(0);
    expect(copied(restored.out)).toMatchObject({ digest: copied(made.out).digest, tables: copied(made.out).tables });
    const again = await folder.call(restore, ["all.backup"], { to: databaseUrl, json: true });
    expect([again.code, copied(again.out)]).toEqual([65, expect.objectContaining({ code: "HP6026" })]);
  });

  test("is moved from embedded to a server and back, with one digest all the way", async () => {
    const folder = await filledFolder();
    const databaseUrl = await emptyDatabase();
    const there = await folder.call(move, [], { from: ".", to: databaseUrl, json: true });
    const back = await folder.call(move, [], { from: databaseUrl, to: "back", json: true });
    const kept = await folder.call(backup, ["kept.backup"], { dataDir: "back", json: true });
    const ends = [there, back, kept].map(({ code, out }) => [code, copied(out).digest]);
    expect(ends).toEqual(Array.from({ length: 3 }, () => [0, copied(there.out).digest]));
    expect(copied(there.out).rows).toBeGreaterThan(5);
  });

  test("says for people what went where", async () => {
    const folder = await filledFolder();
    const { out } = await folder.call(backup, ["all.backup"], { dataDir: "." });
    expect(out).toMatch(/^Copied \d+ rows of \d+ tables, read back and found the same\.\n {2}from {4}.*\n {2}to {6}/);
    expect(out).toMatch(/ {2}digest {2}sha256:[0-9a-f]{64}\n$/);
  });

  test("is made beside the process that has the data, and neither restored into it nor moved out of it", async () => {
    const folder = await filledFolder();
    const holder = await openStore({ runtime, dataDir: folder.dir });
    try {
      expect((await folder.call(backup, ["all.backup"])).code).toBe(0);
      const restored = await folder.call(restore, ["all.backup"], { to: ".", json: true });
      const moved = await folder.call(move, [], { from: ".", to: "other", json: true });
      for (const { code, out } of [restored, moved]) {
        expect([code, JSON.parse(out)]).toEqual([69, expect.objectContaining({ code: "HP6003" })]);
      }
      expect(existsSync(folder.path("other"))).toBe(false);
    } finally {
      await holder.close();
    }
  });

  test("is neither restored into a server that another process works on nor moved out of it", async () => {
    const folder = await filledFolder();
    await folder.call(backup, ["all.backup"]);
    const databaseUrl = await emptyDatabase();
    const holder = await openStore({ runtime, databaseUrl });
    try {
      const restored = await folder.call(restore, ["all.backup"], { to: databaseUrl, json: true });
      const moved = await folder.call(move, [], { from: databaseUrl, to: "other", json: true });
      for (const { code, out } of [restored, moved]) {
        expect([code, JSON.parse(out)]).toEqual([69, expect.objectContaining({ code: "HP6028" })]);
      }
      expect((await folder.call(backup, ["server.backup"], { databaseUrl })).code).toBe(0);
    } finally {
      await holder.close();
    }
  });

  test("of a folder without a database, or from a file that is not there, makes nothing", async () => {
    const folder = callFolder();
    const calls = [
      folder.call(backup, ["all.backup"], { json: true }),
      folder.call(move, [], { from: "missing", to: "other", json: true }),
      folder.call(restore, ["missing.backup"], { to: "other", json: true }),
    ];
    const codes = (await Promise.all(calls)).map(({ code, out }) => [code, JSON.parse(out).code]);
    expect(codes).toEqual([
      [65, "HP6030"],
      [65, "HP6030"],
      [65, "HP6023"],
    ]);
    expect(["all.backup", ".holdpoint", "other"].filter((name) => existsSync(folder.path(name)))).toEqual([]);
  });

  test("needs to know the other end, and is not for attempts", async () => {
    const folder = callFolder();
    expect((await folder.call(restore, ["all.backup"])).err).toContain("--to");
    expect((await folder.call(move, [], { from: "." })).err).toContain("--to");
    for (const run of [backup, restore, move]) {
      expect((await folder.call(run, ["x"], { to: "x" }, { HOLDPOINT_TASK: "t" })).err).toContain("HP8013");
    }
  });
});
