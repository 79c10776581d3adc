import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockDirectory } from "./embedded/directory-lock.ts";
import { joinEmbedded } from "./embedded/join-embedded.ts";
import { pause, readPostmasterFile } from "./embedded/postmaster-file.ts";
import { markOf } from "./embedded/process-info.ts";
import { statement } from "./statement.ts";
import { openStore } from "./store.ts";
import type { Store } from "./store.types.ts";
import { type Holder, startHolder } from "./testing/holder.ts";

const ADD = statement("add", "INSERT INTO holdpoint.tenant (tenant_id, created_at_ms) VALUES ($1, 0)");
const NAMES = statement("names", "SELECT tenant_id AS name FROM holdpoint.tenant ORDER BY tenant_id");

let dataDir: string;
const processes: Holder[] = [];
const stores: Store[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "holdpoint-join-"));
});

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const other of processes.splice(0)) await other.kill();
  rmSync(dataDir, { recursive: true });
});

const state = (...path: string[]): string => join(dataDir, ".holdpoint", ...path);

async function openJoining(): Promise<Store> {
  const store = await openStore({ dataDir, join: true, runtime: { now: () => 0 } });
  stores.push(store);
  return store;
}

async function another(how: "hold" | "join"): Promise<Holder> {
  const other = startHolder(dataDir, how);
  processes.push(other);
  expect(await other.next()).toMatchObject({ event: "open", joined: how === "join" });
  return other;
}

/** Kills a holder and waits for its server, which ends a moment later. */
async function killed(holder: Holder): Promise<void> {
  const server = readPostmasterFile(state("pg", "data"))?.pid ?? 0;
  await holder.kill();
  for (let waitedMs = 0; markOf(server) !== null && waitedMs < 15_000; waitedMs += 10) await pause(10);
}

async function names(store: Store): Promise<readonly string[]> {
  return (await store.run<{ name: string }>(NAMES)).map((row) => row.name);
}

describe("a store that may join", () => {
  test("starts the database when nobody holds the directory", async () => {
    const store = await openJoining();
    expect([store.joined, existsSync(state("lock"))]).toEqual([false, true]);
  });

  test("is a second client of the process that holds it, and leaves lock and server alone", async () => {
    const holder = await another("hold");
    const store = await openJoining();
    expect([store.kind, store.joined, store.recovered]).toEqual(["embedded", true, []]);
    expect(store.description).toMatch(/^PostgreSQL 18 .*, of process \d+$/);
    await store.run(ADD, ["written-by-the-guest"]);
    await store.close();
    holder.write("written-by-the-holder");
    expect(await holder.next()).toEqual({ event: "written", rows: 2 });
    expect(readFileSync(state("lock"), "utf8")).toContain(`"pid":${holder.child.pid}`);
  });

  test("is one of several guests in other processes", async () => {
    await another("hold");
    const guest = await another("join");
    const store = await openJoining();
    guest.write("from-another-process");
    await guest.next();
    expect(await names(store)).toEqual(["from-another-process"]);
  });

  test("waits for a holder that is still making its database", async () => {
    const holder = startHolder(dataDir);
    processes.push(holder);
    while (!existsSync(state("lock"))) await new Promise((resolve) => setImmediate(resolve));
    expect((await openJoining()).joined).toBe(true);
  });
});

describe("a guest whose host", () => {
  test("ends in order is told so at its next call", async () => {
    const holder = await another("hold");
    const store = await openJoining();
    await names(store);
    await holder.finish();
    await expect(names(store)).rejects.toMatchObject({ code: "HP6014", definition: { retryable: true } });
    await expect(store.transaction(async () => undefined)).rejects.toMatchObject({ code: "HP6014" });
  });

  test("is killed is told so, and the next opening recovers what was committed", async () => {
    const holder = await another("hold");
    const store = await openJoining();
    await store.run(ADD, ["committed-by-the-guest"]);
    await killed(holder);
    await expect(names(store)).rejects.toMatchObject({ code: "HP6014" });
    const next = await openJoining();
    expect([next.joined, next.recovered.includes("lock")]).toEqual([false, true]);
    expect(await names(next)).toEqual(["committed-by-the-guest"]);
  });

  test("is killed in the middle of its transaction loses that transaction and nothing else", async () => {
    const holder = await another("hold");
    const store = await openJoining();
    await store.run(ADD, ["kept"]);
    const cut = store.transaction(async (tx) => {
      await tx.run(ADD, ["lost"]);
      await killed(holder);
      await tx.run(NAMES);
    });
    await expect(cut).rejects.toMatchObject({ code: "HP6014" });
    expect(await names(await openJoining())).toEqual(["kept"]);
  });

  test("was followed by another does not slip over to that one", async () => {
    const holder = await another("hold");
    const store = await openJoining();
    await holder.finish();
    await another("hold");
    await expect(names(store)).rejects.toMatchObject({ code: "HP6014" });
  });
});

describe("a running database is not joined", () => {
  const joining = (): Promise<unknown> => openStore({ dataDir, join: true, runtime: { now: () => 0 } });

  test("when its schema lacks what this program needs", async () => {
    const holder = await another("hold");
    const password = readFileSync(state("pg", "password"), "utf8").trim();
    const client = new Client({ host: state("pg", "run"), user: "holdpoint", password, database: "holdpoint" });
    await client.connect();
    await client.query("DELETE FROM holdpoint.migration WHERE name >= '0004'");
    await client.end();
    const message = expect.stringMatching(new RegExp(`Process ${holder.child.pid} .* lacks 0004_`));
    await expect(joining()).rejects.toMatchObject({ code: "HP6016", message });
  });

  test("when the holder has the directory for work on another database", async () => {
    const lock = lockDirectory(state(), 0);
    await expect(joining()).rejects.toMatchObject({ code: "HP6003" });
    lock.release();
  });

  test("when the holder is on another host", async () => {
    const lock = lockDirectory(state(), 0, "database");
    const holder: Record<string, unknown> = { ...lock.holder, host: "another-host" };
    writeFileSync(state("lock"), JSON.stringify(holder));
    await expect(joining()).rejects.toMatchObject({ code: "HP6003" });
  });

  test("when the holder does not get it ready in time", async () => {
    const lock = lockDirectory(state(), 0, "database");
    await expect(joinEmbedded(dataDir, 30)).rejects.toMatchObject({ code: "HP6003" });
    lock.release();
  });

  test.each([
    ["the socket", ["pg", "run", ".s.PGSQL.5432"], 0o777],
    ["the password", ["pg", "password"], 0o644],
    ["the folder of the socket", ["pg", "run"], 0o755],
    ["the folder of the database", ["pg"], 0o750],
    ["what the holder made known", ["pg", "known"], 0o604],
  ])("when %s is open to other users", async (_what, path, mode) => {
    await another("hold");
    chmodSync(state(...path), mode);
    const message = expect.stringContaining(`others may use it (mode ${mode.toString(8)})`);
    await expect(joining()).rejects.toMatchObject({ code: "HP6015", message });
  });

  test("when a link stands where its socket's folder should be", async () => {
    await another("hold");
    renameSync(state("pg", "run"), state("elsewhere"));
    symlinkSync(state("elsewhere"), state("pg", "run"));
    await expect(joining()).rejects.toMatchObject({ code: "HP6015" });
  });

  test("when its data directory does not carry this user's seal", async () => {
    await another("hold");
    writeFileSync(state("pg", "seal"), `${"0".repeat(64)}\n`);
    await expect(joining()).rejects.toMatchObject({ code: "HP6007" });
  });
});
