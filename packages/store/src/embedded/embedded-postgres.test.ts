import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { HoldpointError } from "@holdpoint/core";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startHolder } from "../testing/holder.ts";
import { findBinaries, prepareBinaries } from "./binaries.ts";
import { clusterPaths } from "./cluster.ts";
import { sealCluster } from "./cluster-seal.ts";
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from "./embedded-postgres.ts";
import { pause, readPostmasterFile } from "./postmaster-file.ts";
import { markOf } from "./process-info.ts";
import { checkReach, chooseRunAs, type RunAs } from "./run-as.ts";

let prepared: string;
let dataDir: string;
const started: EmbeddedPostgres[] = [];

const home = mkdtempSync(join(tmpdir(), "holdpoint-home-"));
const configHome = process.env["XDG_CONFIG_HOME"];

beforeAll(async () => {
  process.env["XDG_CONFIG_HOME"] = home;
  prepared = mkdtempSync(join(tmpdir(), "holdpoint-prepared-"));
  await (await startEmbedded({ dataDir: prepared, now: 0, durable: false })).stop();
});

afterAll(() => {
  rmSync(prepared, { recursive: true });
  rmSync(home, { recursive: true, force: true });
  if (configHome === undefined) delete process.env["XDG_CONFIG_HOME"];
  else process.env["XDG_CONFIG_HOME"] = configHome;
});

// Making a database takes most of a second; only the tests that are about it make their own.
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "holdpoint-embedded-"));
  cpSync(prepared, dataDir, { recursive: true });
  adopt(dataDir);
});

/** Makes a copy of a database ours, as its user would. */
function adopt(dir: string): void {
  const paths = clusterPaths(join(dir, ".holdpoint", "pg"));
  sealCluster(paths, paths.data);
}

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbedded({ dataDir, now: 0, ...options });
  started.push(server);
  return server;
}

async function problemOf(starting: Promise<unknown>): Promise<HoldpointError> {
  const error: unknown = await starting.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof HoldpointError) return error;
  throw new Error(`no problem but ${String(error)}`);
}

async function ask(server: EmbeddedPostgres, question: string): Promise<unknown> {
  const client = new Client({ ...server.connection, database: "postgres" });
  await client.connect();
  const { rows } = await client.query<{ answer: unknown }>(`SELECT ${question} AS answer`);
  await client.end();
  return rows[0]?.answer;
}

async function untilGone(pid: number): Promise<boolean> {
  for (let waitedMs = 0; markOf(pid) !== null; waitedMs += 10) {
    if (waitedMs > 15_000) return false;
    await pause(10);
  }
  return true;
}

const state = (...path: string[]): string => join(dataDir, ".holdpoint", ...path);
const postmaster = (): number => readPostmasterFile(state("pg", "data"))?.pid ?? 0;

describe("the embedded database", () => {
  test("is made at the first start and found at the next", async () => {
    rmSync(state(), { recursive: true });
    const first = await start();
    await first.stop();
    const second = await start();
    expect([first.created, second.created]).toEqual([true, false]);
  });

  test("waits for the disk, listens on no port, and lets nobody in without the password", async () => {
    const server = await start();
    expect(await ask(server, "current_setting('fsync') || current_setting('synchronous_commit')")).toBe("onon");
    expect(await ask(server, "current_setting('listen_addresses')")).toBe("");
    const stranger = new Client({ ...server.connection, password: "guess", database: "postgres" });
    await expect(stranger.connect()).rejects.toThrow("password authentication failed");
  });

  test("keeps itself out of git", async () => {
    await start();
    expect(readFileSync(state(".gitignore"), "utf8")).toBe("*\n");
  });

  test("is not started when it came from elsewhere, and is when its user adopts it by name", async () => {
    const copy = join(dataDir, "copy");
    cpSync(prepared, copy, { recursive: true });
    const pg = join(copy, ".holdpoint", "pg");
    for (const seal of [null, "", "0".repeat(64)]) {
      if (seal === null) rmSync(join(pg, "seal"));
      else writeFileSync(join(pg, "seal"), seal);
      const refused = await problemOf(start({ dataDir: copy }));
      expect([refused.code, refused.remedy.includes(`HOLDPOINT_ADOPT_DATABASE=${pg}`)]).toEqual(["HP6007", true]);
    }
    process.env["HOLDPOINT_ADOPT_DATABASE"] = pg;
    const server = await start({ dataDir: copy }).finally(() => delete process.env["HOLDPOINT_ADOPT_DATABASE"]);
    await server.stop();
    expect((await start({ dataDir: copy })).running).toBe(true);
  });

  test.each([
    ["recovery.signal", ""],
    ["standby.signal", ""],
    ["postgresql.auto.conf", "# x\nrestore_command = 'touch pwned'\n"],
  ])("is not started with %s in it", async (name, text) => {
    writeFileSync(state("pg", "data", name), text);
    expect((await problemOf(start())).code).toBe("HP6008");
  });

  test("takes no setting and no access rule from its data directory", async () => {
    writeFileSync(
      state("pg", "data", "postgresql.conf"),
      "no such setting = 1\nshared_preload_libraries = 'nothing'\n",
    );
    writeFileSync(state("pg", "data", "pg_hba.conf"), "local all all trust\n");
    const server = await start();
    expect(await ask(server, "current_setting('hba_file')")).toBe(state("pg", "access.conf"));
    expect(await ask(server, "current_setting('shared_preload_libraries')")).toBe("");
  });

  test.each(["not a key", ""])("is not started with a damaged key: %j", async (text) => {
    const elsewhere = join(dataDir, "config");
    mkdirSync(join(elsewhere, "holdpoint"), { recursive: true });
    writeFileSync(join(elsewhere, "holdpoint", "store.key"), text);
    process.env["XDG_CONFIG_HOME"] = elsewhere;
    const refused = await problemOf(start()).finally(() => {
      process.env["XDG_CONFIG_HOME"] = home;
    });
    expect(refused.code).toBe("HP6009");
  });

  test("whose directory cannot be written says so", async () => {
    rmSync(state("pg"), { recursive: true });
    writeFileSync(state("pg"), "");
    expect((await problemOf(start())).code).toBe("HP6006");
  });

  test("has its socket inside its own directory", async () => {
    const server = await start();
    expect(server.connection.host.startsWith(state("pg"))).toBe(true);
  });

  test("starts below a path that is too long for a socket", async () => {
    const deep = join(dataDir, "a-rather-long-directory-name/".repeat(5));
    cpSync(prepared, deep, { recursive: true });
    adopt(deep);
    const server = await start({ dataDir: deep });
    expect(await ask(server, "1")).toBe(1);
    await server.stop();
    expect(existsSync(dirname(server.connection.host))).toBe(false);
  });

  test("starts with links in the cache when the package lacks them and cannot be written", async () => {
    const binaries = findBinaries(state());
    const native = join(dataDir, "native");
    cpSync(dirname(dirname(binaries.postgres)), native, {
      recursive: true,
      filter: (from) =>
        !/\.so(?:\.\d+)?$|\.a$/.test(from) ||
        /lib(?:crypto|ssl|xml2|xslt|z|lzma|ossp-uuid)\.so/.test(from) ||
        /\/postgresql\//.test(from),
    });
    const server = await start({ binaries: prepareBinaries(native, join(dataDir, "cache"), false) });
    expect(await ask(server, "1")).toBe(1);
  });

  test("begins anew where a first start was cut short", async () => {
    rmSync(state("pg", "data"), { recursive: true });
    mkdirSync(state("pg", "new-1234"), { recursive: true });
    mkdirSync(state("pg", "data"), { recursive: true });
    writeFileSync(state("pg", "data", "half"), "");
    expect((await start()).created).toBe(true);
  });
});

describe.runIf(process.getuid?.() === 0)("as root without user namespaces", () => {
  const runAs = (): RunAs => {
    const passwd = readFileSync("/etc/passwd", "utf8");
    return chooseRunAs({ uid: 0, platform: process.platform, passwd, succeeds: () => false });
  };

  /** In a clone below a folder that is its owner's alone, that user cannot enter the place of the binaries. */
  const reachesBinaries = (): boolean => {
    try {
      checkReach(runAs(), [import.meta.dirname]);
      return true;
    } catch {
      return false;
    }
  };

  test.runIf(reachesBinaries())("runs as another user, to whom the database is given", async () => {
    rmSync(state(), { recursive: true });
    chmodSync(dataDir, 0o755);
    const server = await start({ runAs: runAs() });
    expect(server.description).toMatch(/as user (?:postgres|nobody)$/);
    expect(statSync(state("pg", "data")).uid).toBe(runAs().user?.uid);
    expect(await ask(server, "1")).toBe(1);
  });

  test("says so when that user may not enter the directory", async () => {
    chmodSync(dataDir, 0o700);
    const error = await problemOf(start({ runAs: runAs() }));
    expect([error.code, error.message.includes("may not enter")]).toEqual(["HP6002", true]);
  });
});

describe("a directory that is in use", () => {
  test("is refused to a second process, which is told who has it", async () => {
    await start();
    const second = startHolder(dataDir);
    const told = await second.next();
    expect(told).toMatchObject({
      event: "problem",
      code: "HP6003",
      message: expect.stringContaining(`process ${process.pid} `),
    });
    await second.finish();
    expect(second.child.exitCode).toBe(69);
  });

  test("is refused to the same process a second time", async () => {
    await start();
    expect((await problemOf(startEmbedded({ dataDir, now: 0 }))).code).toBe("HP6003");
  });
});

describe("a process that is killed", () => {
  test("takes its server with it, and the next one finds everything that was committed", async () => {
    const holder = startHolder(dataDir);
    await holder.next();
    holder.write("committed-row");
    await holder.next();
    const pid = postmaster();
    await holder.kill();
    expect(await untilGone(pid)).toBe(true);
    const next = startHolder(dataDir);
    expect(await next.next()).toMatchObject({ event: "open", recovered: expect.arrayContaining(["lock"]) });
    next.write("another-row");
    expect(await next.next()).toEqual({ event: "written", rows: 2 });
    await next.finish();
  });

  test("is followed at once by the next, which waits for the old server to end", async () => {
    const holder = startHolder(dataDir);
    await holder.next();
    await holder.kill();
    const server = await start();
    expect(server.recovered).toContain("lock");
    expect(await ask(server, "1")).toBe(1);
  });

  test("together with its server leaves files that are recognised and cleared", async () => {
    const holder = startHolder(dataDir);
    await holder.next();
    const pid = postmaster();
    process.kill(pid, "SIGKILL");
    await holder.kill();
    await untilGone(pid);
    const server = await start();
    expect(server.recovered).toEqual(["lock", "file"]);
    expect(await ask(server, "1")).toBe(1);
  });
});

describe("a server that cannot start", () => {
  test("over the file of an unrelated process starts all the same", async () => {
    await (await start()).stop();
    writeFileSync(
      state("pg", "data", "postmaster.pid"),
      `${process.pid}\n${state("pg", "data")}\n0\n5432\n\n\n\nready   \n`,
    );
    expect((await start()).recovered).toEqual(["file"]);
  });

  test("because its data is damaged says so and where to read more", async () => {
    rmSync(state("pg", "data", "global"), { recursive: true });
    const error = await problemOf(start());
    expect([error.code, error.remedy.includes("postgres.log")]).toEqual(["HP6004", true]);
  });

  test("because its data is of another version says which", async () => {
    writeFileSync(state("pg", "data", "PG_VERSION"), "9\n");
    expect((await problemOf(start())).message).toContain("made by PostgreSQL 9; this installation has 18");
  });

  test("because nothing can be written says so", async () => {
    rmSync(state(), { recursive: true });
    writeFileSync(state(), "a file where the directory should be");
    expect((await problemOf(start())).code).toBe("HP6006");
  });

  test("because initdb fails says so and leaves no lock behind", async () => {
    rmSync(state(), { recursive: true });
    const binaries = { ...findBinaries(state()), initdb: "/bin/false" };
    expect((await problemOf(start({ binaries }))).code).toBe("HP6004");
    expect(existsSync(state("lock"))).toBe(false);
  });
});
