import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { keepHistory } from "../history/keep-history.ts";
import { DAY_MS } from "../history/partitions.ts";
import { MIGRATIONS } from "../migrations.generated.ts";
import { statement } from "../statement.ts";
import type { Store } from "../store.types.ts";
import { addSampleRows, SAMPLE_TABLES } from "../testing/sample-rows.ts";
import { TEST_SERVERS } from "../testing/test-server.ts";
import type { TestServer } from "../testing/test-server.types.ts";
import { startWasmTestServer } from "../testing/wasm-test-server.ts";
import type { CopyProgress } from "./copy-progress.ts";
import { backup, moveStore, restore } from "./copy-store.ts";

const EVENTS = statement("events", "SELECT seq, xid::text AS xid, subject, data FROM holdpoint.event ORDER BY seq");
const ADD_EVENT = statement(
  "add_event",
  `INSERT INTO holdpoint.event (tenant_id, xid, at_ms, kind) VALUES ('north', pg_current_xact_id(), 1, 'plan.imported')
   RETURNING seq`,
);
const FLOORS = statement("floors", "SELECT tenant_id, seq FROM holdpoint.event_floor");
const TENANTS = statement("tenants", "SELECT count(*) AS rows FROM holdpoint.tenant");

async function fill(store: Store): Promise<void> {
  await addSampleRows(store, "north");
  await addSampleRows(store, "south");
  await store.run(statement("drop_last", "DELETE FROM holdpoint.event WHERE seq = 4"));
}

async function isEmpty(store: Store): Promise<boolean> {
  return (await store.run<{ rows: number }>(TENANTS))[0]?.rows === 0;
}

describe.each(TEST_SERVERS)("a copy on $name", (kind) => {
  let server: TestServer;
  let source: Store;
  let target: Store;
  let folder: string;
  let file: string;

  beforeAll(async () => {
    server = await kind.start();
    source = await server.openStore(() => 0);
    await fill(source);
    folder = mkdtempSync(join(tmpdir(), "holdpoint-copy-"));
    await backup(source, join(folder, "good"));
  });

  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  let files = 0;
  beforeEach(async () => {
    files += 1;
    file = join(folder, `backup-${files}`);
    target = await server.openStore(() => 0);
  });

  afterEach(async () => {
    await target.close();
  });

  /** Writes the good backup anew with its text changed. */
  function altered(change: (text: string) => string): string {
    writeFileSync(file, gzipSync(change(gunzipSync(readFileSync(join(folder, "good"))).toString("utf8"))));
    return file;
  }

  test("holds every row of every table, and says so", async () => {
    const made = await backup(source, file);
    const ofNoTenant = ["access_version", "global_flag", "replica"];
    expect(made.tables.map(({ name }) => name).sort()).toEqual([...SAMPLE_TABLES, ...ofNoTenant].sort());
    const few = made.tables.filter(({ name, rows }) => rows < 2 && !ofNoTenant.includes(name));
    expect(few).toEqual([]);
    const told: CopyProgress[] = [];
    expect(await restore(file, target, (progress) => told.push(progress))).toEqual(made);
    const statesOf = (table: string): readonly string[] =>
      told.filter((one) => one.table === table).map(({ state }) => state);
    for (const table of SAMPLE_TABLES) expect(statesOf(table)).toEqual(["copied", "verified"]);
    expect((await backup(target, `${file}-again`)).tables).toEqual(made.tables);
  });

  test("keeps awkward values and the numbers of events, whose transactions are 0 then", async () => {
    await restore(join(folder, "good"), target);
    const before = await source.run<{ xid: string }>(EVENTS);
    expect(before.every(({ xid }) => xid !== "0")).toBe(true);
    expect(await target.run(EVENTS)).toEqual(before.map((event) => ({ ...event, xid: "0" })));
    expect(await target.run(ADD_EVENT)).toEqual([{ seq: 5 }]);
  });

  test("is one moment, whatever is written while it is made", async () => {
    const writing = async (): Promise<void> => {
      for (let at = 0; at < 20; at += 1) await addSampleRows(target, `t${at}`);
    };
    const [made] = await Promise.all([backup(target, file), writing()]);
    const rows = new Map(made.tables.map(({ name, rows: count }) => [name, count]));
    expect(rows.get("event")).toBe(2 * (rows.get("plan") ?? -1));
  });

  test("is moved without a file", async () => {
    const moved = await moveStore(source, target);
    expect((await backup(target, file)).tables).toEqual(moved.tables);
    expect(await target.forTenant("north").run(TENANTS)).toEqual([{ rows: 1 }]);
  });

  test("brings the partitions of history that its rows need, and how far history was dropped", async () => {
    const kept = await server.openStore(() => 0);
    await addSampleRows(kept, "north");
    for (const day of [20_000, 20_001, 20_020]) {
      await keepHistory(kept, day * DAY_MS, { event: 30 * DAY_MS, attempt_output: null });
      await kept.run(ADD_EVENT);
    }
    const days = new Set((await kept.run<{ seq: number }>(EVENTS)).map(({ seq }) => Math.floor(seq / 1e10)));
    expect([...days]).toEqual([20_000, 20_001, 20_020]);
    await moveStore(kept, target);
    expect(await target.run(ADD_EVENT)).toEqual([{ seq: 20_020 * 1e10 + 2 }]);
    expect(await target.run(FLOORS)).toEqual(await kept.run(FLOORS));
    const later = await keepHistory(target, 20_090 * DAY_MS, { event: 30 * DAY_MS, attempt_output: null });
    expect(later.dropped).toEqual(expect.arrayContaining(["event_d20000", "event_d20001", "event_d20020"]));
    await kept.close();
  });

  test("goes only into an empty database", async () => {
    await target.run(statement("one", "INSERT INTO holdpoint.tenant VALUES ('west', 0)"));
    await expect(restore(join(folder, "good"), target)).rejects.toMatchObject({ code: "HP6026" });
    await expect(moveStore(source, target)).rejects.toMatchObject({ code: "HP6026" });
    await expect(moveStore(source, source)).rejects.toMatchObject({ code: "HP6026" });
  });

  test("goes only into a database of its schema", async () => {
    const older = altered((text) => text.replace(/,\["\d{4}_[^\]]*\]\]/, "]"));
    const message = expect.stringContaining(MIGRATIONS.at(-2)?.name ?? "none");
    await expect(restore(older, target)).rejects.toMatchObject({ code: "HP6025", message });
    expect(await isEmpty(target)).toBe(true);
  });

  test.each([
    ["a changed value", (text: string) => text.replace("PLAN.md", "PLAN.MD")],
    ["a missing row", (text: string) => text.replace(/\n\["north"[^\n]*/, "")],
    ["a row more", (text: string) => text.replace(/(\n\["north"[^\n]*)/, "$1$1")],
    ["a row that is too short", (text: string) => text.replace(/\n\["north",/, "\n[")],
    ["a number in place of text", (text: string) => text.replace('"PLAN.md"', "7")],
    ["a missing table", (text: string) => text.replace(/\n\{"table":"task_text"[^{]*/, "\n")],
    ["another number of rows", (text: string) => text.replace('"rows":2', '"rows":3')],
    ["other sequences", (text: string) => text.replace('"last":4', '"last":1')],
    ["a sequence of nothing", (text: string) => text.replace('"column":"seq"', '"column":"kind"')],
    ["an unknown record", (text: string) => text.replace('{"sequences"', '{"surprise":1}\n{"sequences"')],
    ["a line that is no record", (text: string) => text.replace('{"sequences"', 'null\n{"sequences"')],
    ["no end", (text: string) => text.replace(/\{"end".*\n/, "")],
    ["half of its lines", (text: string) => text.slice(0, text.length / 2)],
    ["something after its end", (text: string) => `${text}{"rows":1}\n`],
    ["another format", (text: string) => text.replace('"format":1', '"format":2')],
    ["nothing", () => ""],
  ])("with %s is refused whole", async (_what, change) => {
    await expect(restore(altered(change), target)).rejects.toMatchObject({ code: "HP6024" });
    expect(await isEmpty(target)).toBe(true);
  });

  test("whose file is cut off, or is no such file, is refused whole", async () => {
    const good = readFileSync(join(folder, "good"));
    for (const bytes of [
      good.subarray(0, good.length / 2),
      good.subarray(0, -4),
      Buffer.from("no gzip"),
      Buffer.alloc(0),
    ]) {
      writeFileSync(file, bytes);
      await expect(restore(file, target)).rejects.toMatchObject({ code: "HP6024" });
    }
    expect(await isEmpty(target)).toBe(true);
  });

  test("that the target stores differently is refused", async () => {
    await target.run(
      statement(
        "meddle",
        `CREATE FUNCTION holdpoint.meddle() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN NEW.title := NEW.title || '!'; RETURN NEW; END $$`,
      ),
    );
    const trigger =
      "CREATE TRIGGER meddle BEFORE INSERT ON holdpoint.plan FOR EACH ROW EXECUTE FUNCTION holdpoint.meddle()";
    await target.run(statement("trigger", trigger));
    await expect(restore(join(folder, "good"), target)).rejects.toMatchObject({ code: "HP6027" });
    expect(await isEmpty(target)).toBe(true);
  });

  test("never overwrites a file, is for its owner alone, and leaves nothing when it fails", async () => {
    await backup(source, file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await expect(backup(source, file)).rejects.toMatchObject({ code: "HP6023" });
    await expect(backup(source, join(folder, "missing", "file"))).rejects.toMatchObject({ code: "HP6023" });
    await expect(restore(join(folder, "absent"), target)).rejects.toMatchObject({ code: "HP6023" });
  });
});

test("a copy goes from one kind of database to another", async () => {
  const [first] = TEST_SERVERS;
  const [from, to] = [await first?.start(), await startWasmTestServer()];
  try {
    const source = await from?.openStore(() => 0);
    if (source === undefined) throw new Error("there is no database to test on");
    await fill(source);
    const wasm = await to.openStore(() => 0);
    const moved = await moveStore(source, wasm);
    const back = await from?.openStore(() => 0);
    if (back === undefined) throw new Error("there is no database to test on");
    expect(await moveStore(wasm, back)).toEqual(moved);
  } finally {
    await from?.stop();
    await to.stop();
  }
}, 120_000);
