import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { problem } from "@holdpoint/core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startOwn } from "../own-database.ts";
import { statement } from "../statement.ts";
import { storeProblems } from "../store.problems.ts";
import { openBackend, openStore } from "../store.ts";
import type { Store } from "../store.types.ts";
import { type Holder, startHolder } from "../testing/holder.ts";
import { clusterPaths } from "./cluster.ts";
import { sealCluster } from "./cluster-seal.ts";
import type { startEmbedded } from "./embedded-postgres.ts";
import { startWasm, WASM_DIR } from "./wasm-postgres.ts";

const COUNT = statement("count", "SELECT count(*) AS rows FROM holdpoint.tenant");
const WASM = { HOLDPOINT_EMBEDDED: "wasm" };

let prepared: string;
let dataDir: string;
const stores: Store[] = [];
const processes: Holder[] = [];

beforeAll(async () => {
  prepared = mkdtempSync(join(tmpdir(), "holdpoint-wasm-prepared-"));
  const store = await openBackend(
    { runtime: { now: () => 0 } },
    await startOwn({ dataDir: prepared, now: 0, durable: false }, WASM),
  );
  await store.close();
});

afterAll(() => {
  rmSync(prepared, { recursive: true });
});

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "holdpoint-wasm-"));
  cpSync(prepared, dataDir, { recursive: true });
  const paths = clusterPaths(state(WASM_DIR));
  sealCluster(paths, paths.data);
});

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const holder of processes.splice(0)) await holder.kill();
  rmSync(dataDir, { recursive: true });
});

const state = (...path: string[]): string => join(dataDir, ".holdpoint", ...path);

async function open(env: NodeJS.ProcessEnv = WASM, startNative?: typeof startEmbedded): Promise<Store> {
  const backend = await startOwn({ dataDir, now: 0 }, env, startNative);
  const store = await openBackend({ runtime: { now: () => 0 } }, backend);
  stores.push(store);
  return store;
}

async function hold(): Promise<Holder> {
  const holder = startHolder(dataDir, "hold", WASM);
  processes.push(holder);
  expect(await holder.next()).toMatchObject({ event: "open", description: "PostgreSQL 18 in WebAssembly" });
  return holder;
}

/** Whether this machine lets one process trace the system calls of another. */
function canTrace(): boolean {
  return spawnSync("strace", ["-f", "-o", "/dev/null", "true"]).status === 0;
}

async function trace(pid: number, output: string): Promise<ChildProcess> {
  const tracer = spawn("strace", ["-f", "-y", "-e", "trace=fsync,fdatasync", "-o", output, "-p", String(pid)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const line of createInterface({ input: tracer.stderr })) if (line.includes("attached")) break;
  return tracer;
}

describe("the database in WebAssembly", () => {
  test.runIf(canTrace())("syncs its log for each commit before it answers: system calls show it", async () => {
    const holder = await hold();
    const output = join(dataDir, "trace");
    const tracer = await trace(holder.child.pid ?? 0, output);
    for (let at = 0; at < 50; at += 1) {
      holder.write(`tenant-${at}`);
      await holder.next();
    }
    tracer.kill("SIGINT");
    await once(tracer, "exit");
    const syncs = readFileSync(output, "utf8")
      .split("\n")
      .filter((line) => /f(?:data)?sync\(\d+<[^>]*pg_wal\//.test(line));
    expect(syncs.length).toBeGreaterThanOrEqual(50);
  });

  test("loses nothing that it acknowledged when its process is killed while it inserts", async () => {
    let total = 0;
    for (let round = 0; round < 2; round += 1) {
      const holder = await hold();
      for (let at = 0; at < 1_000; at += 1) holder.write(`round-${round}-${at}`);
      for (let at = 0; at < 40 + 30 * round; at += 1) total = Number((await holder.next())["rows"]);
      await holder.kill();
      const store = await open();
      expect(store.recovered).toEqual(["lock"]);
      const kept = (await store.run<{ rows: number }>(COUNT))[0]?.rows ?? 0;
      expect(kept).toBeGreaterThanOrEqual(total);
      await store.close();
    }
    expect(total).toBeGreaterThanOrEqual(40 + 70);
  }, 120_000);

  test("has its directory alone, and cannot be joined", async () => {
    await hold();
    await expect(open()).rejects.toMatchObject({ code: "HP6003" });
    const joining = openStore({ dataDir, join: true, runtime: { now: () => 0 } });
    await expect(joining).rejects.toMatchObject({ code: "HP6003" });
  });

  test("does not block this thread while it works", async () => {
    const store = await open();
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 5);
    await store.run(statement("long", "SELECT count(*) FROM generate_series(1, 2000000)"));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
  });

  test("answers large and many rows", async () => {
    const store = await open();
    const big = statement("big", "SELECT repeat('x', 5000000) AS text");
    expect((await store.run<{ text: string }>(big))[0]?.text.length).toBe(5_000_000);
    const back = statement("back", "SELECT length($1::text) AS size");
    expect(await store.run(back, ["y".repeat(3_000_000)])).toEqual([{ size: 3_000_000 }]);
    const many = statement("many", "SELECT n FROM generate_series(1, 50000) AS n");
    expect((await store.run(many)).length).toBe(50_000);
  });

  test("says that it cannot be reached once it is closed, and closes twice", async () => {
    const store = await open();
    await store.close();
    await store.close();
    await expect(store.run(COUNT)).rejects.toMatchObject({ code: "HP6010" });
    expect(existsSync(state("lock"))).toBe(false);
  });
});

describe("a directory of the database in WebAssembly", () => {
  test("that came from elsewhere is not opened", async () => {
    writeFileSync(state(WASM_DIR, "seal"), `${"0".repeat(64)}\n`);
    await expect(open()).rejects.toMatchObject({ code: "HP6007" });
  });

  test("of another version is not opened", async () => {
    writeFileSync(state(WASM_DIR, "data", "PG_VERSION"), "16\n");
    await expect(open()).rejects.toMatchObject({ code: "HP6005" });
  });

  test("that is damaged says so and leaves no lock behind", async () => {
    rmSync(state(WASM_DIR, "data", "global"), { recursive: true });
    await expect(open()).rejects.toMatchObject({ code: "HP6004" });
    expect(existsSync(state("lock"))).toBe(false);
  });

  test("that cannot be written says so", async () => {
    rmSync(state(WASM_DIR), { recursive: true });
    writeFileSync(state(WASM_DIR), "a file where the directory should be");
    await expect(open()).rejects.toMatchObject({ code: "HP6006" });
  });
});

describe("which database is embedded", () => {
  const cannotRun: typeof startEmbedded = () =>
    Promise.reject(problem(storeProblems, "HP6001", { platform: "linux-x64-musl" }));
  const description = "PostgreSQL 18 in WebAssembly";

  function holdNative(): void {
    rmSync(state(WASM_DIR), { recursive: true });
    mkdirSync(state("pg", "data"), { recursive: true });
    writeFileSync(state("pg", "data", "PG_VERSION"), "18\n");
  }

  test("is the one in WebAssembly where the native one cannot run", async () => {
    expect((await open({}, cannotRun)).description).toBe(description);
  });

  test("is the one that the directory holds", async () => {
    expect((await open({})).description).toBe(description);
  });

  test("is never the other one than the directory holds", async () => {
    await expect(open({ HOLDPOINT_EMBEDDED: "native" })).rejects.toMatchObject({ code: "HP6021" });
    holdNative();
    await expect(open(WASM)).rejects.toMatchObject({ code: "HP6021" });
    await expect(open({}, cannotRun)).rejects.toMatchObject({ code: "HP6021" });
  });

  test("is not changed when the native one is asked for and cannot run", async () => {
    rmSync(state(WASM_DIR), { recursive: true });
    await expect(open({ HOLDPOINT_EMBEDDED: "native" }, cannotRun)).rejects.toMatchObject({ code: "HP6001" });
  });

  test("is not guessed from an unknown word", async () => {
    await expect(open({ HOLDPOINT_EMBEDDED: "sqlite" })).rejects.toMatchObject({ code: "HP6022" });
  });

  test("is told when the one in WebAssembly is not installed", async () => {
    await expect(startWasm({ dataDir, now: 0 }, null)).rejects.toMatchObject({ code: "HP6020" });
  });
});
