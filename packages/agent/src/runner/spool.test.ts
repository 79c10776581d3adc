import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Spool, type SpooledTell } from "./spool.ts";

describe("the spool of a runner", () => {
  let base: string;
  let folder: string;
  let open: Spool[];

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), "holdpoint-spool-"));
    folder = join(base, "state");
    open = [];
  });
  afterEach(() => {
    for (const spool of open) spool.close();
    rmSync(base, { recursive: true });
  });

  function opened(): Spool {
    const spool = Spool.open(folder);
    open.push(spool);
    return spool;
  }

  /** Leaves a spool as a process does that is killed. */
  function crash(spool: Spool): void {
    open.splice(open.indexOf(spool), 1);
    // Another process, which has ended: no number of a process is so high.
    writeFileSync(join(folder, "runner.pid"), "4194399");
  }

  const entry = (id: string, text = "x"): SpooledTell => ({
    id,
    kind: "complete",
    task: `task-${id}`,
    attempt: 1,
    body: { result: text },
  });
  const file = (): string => readFileSync(join(folder, "spool.jsonl"), "utf8");

  it("has entries on disk before it says that it keeps them, for its owner alone", () => {
    const spool = opened();
    spool.add(entry("a"));
    expect(JSON.parse(file())).toEqual(entry("a"));
    expect(statSync(join(folder, "spool.jsonl")).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it("gives back what was not told yet after a crash, in its order", () => {
    const first = opened();
    for (const id of ["a", "b", "c", "d"]) first.add(entry(id));
    first.done("b");
    first.done("d");
    crash(first);
    const second = opened();
    expect(second.pending).toEqual([entry("a"), entry("c")]);
    expect(second.size).toBe(2);
    second.add(entry("e"));
    crash(second);
    expect(opened().pending.map(({ id }) => id)).toEqual(["a", "c", "e"]);
  });

  it("leaves out a line that a crash cut off, and lines that are none of its own", () => {
    const first = opened();
    first.add(entry("a"));
    crash(first);
    const odd = [
      "null",
      "[]",
      '{"id":"x","kind":"dance","task":"t","attempt":1,"body":{}}',
      '{"done":7}',
      "",
      "nonsense",
    ];
    appendFileSync(
      join(folder, "spool.jsonl"),
      `${odd.join("\n")}\n${JSON.stringify(entry("b"))}\n{"id":"c","kind":"com`,
    );
    const second = opened();
    expect(second.pending.map(({ id }) => id)).toEqual(["a", "b"]);
    second.add(entry("d"));
    expect(file().trimEnd().split("\n")).toHaveLength(3);
  });

  it("forgets what was told, once", () => {
    const spool = opened();
    spool.add(entry("a"));
    spool.done("a");
    const after = file();
    spool.done("a");
    spool.done("never");
    expect([spool.size, file()]).toEqual([0, after]);
  });

  it("begins its file anew when it is long and everything in it was told", () => {
    const spool = opened();
    for (const id of ["a", "b", "c"]) spool.add(entry(id, "y".repeat(1_500_000)));
    spool.done("a");
    spool.done("b");
    expect(file().length).toBeGreaterThan(4_500_000);
    spool.done("c");
    expect(file()).toBe("");
    spool.add(entry("d"));
    crash(spool);
    expect(opened().pending.map(({ id }) => id)).toEqual(["d"]);
    expect(readdirSync(folder).sort()).toEqual(["runner.pid", "spool.jsonl"]);
  });

  it("is of one at a time", () => {
    const spool = opened();
    const lock = readFileSync(join(folder, "runner.pid"), "utf8");
    const refusal = expect.objectContaining({ code: "HP7302", message: expect.stringContaining(`${process.pid} on `) });
    expect(() => Spool.open(folder)).toThrow(refusal);
    expect(readFileSync(join(folder, "runner.pid"), "utf8")).toBe(lock);
    spool.add(entry("a"));
    expect(spool.size).toBe(1);
  });

  it("lets go of its folder when it is closed", () => {
    const spool = Spool.open(folder);
    spool.add(entry("a"));
    spool.close();
    expect(existsSync(join(folder, "runner.pid"))).toBe(false);
    expect(opened().pending).toEqual([entry("a")]);
  });

  it("says so when its folder cannot be made", () => {
    writeFileSync(join(base, "file"), "");
    expect(() => Spool.open(join(base, "file", "state"))).toThrow("ENOTDIR");
  });
});
