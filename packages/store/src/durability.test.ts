import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readPostmasterFile } from "./embedded/postmaster-file.ts";
import { statement } from "./statement.ts";
import { openStore } from "./store.ts";
import type { Store } from "./store.types.ts";

const COMMITS = 100;
const WRITE = statement("durable_write", "INSERT INTO holdpoint.tenant (tenant_id, created_at_ms) VALUES ($1, 0)");
const WAL_SYNCS = statement(
  "wal_syncs",
  "SELECT coalesce(sum(fsyncs), 0)::bigint AS syncs FROM pg_stat_io WHERE object = 'wal'",
);
const FLUSH_STATISTICS = statement("flush_statistics", "SELECT pg_stat_force_next_flush()");

let dataDir: string;
let store: Store;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "holdpoint-durable-"));
  store = await openStore({ dataDir, runtime: { now: () => 0 }, poolSize: 1 });
});

afterEach(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true });
});

async function commitMany(): Promise<void> {
  for (let at = 0; at < COMMITS; at += 1) {
    await store.transaction(async (tx) => {
      await tx.run(WRITE, [`tenant-${at}`]);
    });
  }
}

/** Whether this machine lets one process trace the system calls of another. */
function canTrace(): boolean {
  return spawnSync("strace", ["-f", "-o", "/dev/null", "true"]).status === 0;
}

function withChildren(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return [pid, ...(children === "" ? [] : children.split(" ").map(Number))];
}

async function trace(pids: readonly number[], output: string): Promise<ChildProcess> {
  const args = ["-f", "-y", "-e", "trace=fsync,fdatasync,sync_file_range", "-o", output];
  const tracer = spawn("strace", [...args, ...pids.flatMap((pid) => ["-p", String(pid)])], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let attached = 0;
  for await (const line of createInterface({ input: tracer.stderr })) {
    if (line.includes("attached")) attached += 1;
    if (attached === pids.length) break;
  }
  return tracer;
}

describe("a transaction of the embedded database", () => {
  test.runIf(canTrace())("is on disk when it is answered: system calls show a sync of the log for each", async () => {
    const output = join(dataDir, "trace");
    const tracer = await trace(withChildren(readPostmasterFile(join(dataDir, ".holdpoint/pg/data"))?.pid ?? 0), output);
    await commitMany();
    tracer.kill("SIGINT");
    await once(tracer, "exit");
    const syncs = readFileSync(output, "utf8")
      .split("\n")
      .filter((line) => /(?:fsync|fdatasync)\(\d+<[^>]*pg_wal\//.test(line));
    expect(syncs.length).toBeGreaterThanOrEqual(COMMITS);
  });

  test("is on disk when it is answered: the server counts a sync of the log for each", async () => {
    const [before] = await store.run<{ syncs: number }>(WAL_SYNCS);
    await commitMany();
    await store.run(FLUSH_STATISTICS);
    const [after] = await store.run<{ syncs: number }>(WAL_SYNCS);
    expect((after?.syncs ?? 0) - (before?.syncs ?? 0)).toBeGreaterThanOrEqual(COMMITS);
  });
});
