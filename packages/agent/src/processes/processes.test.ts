import { describe, expect, it } from "vitest";
import { parseProcStat, procSource } from "./proc-source.ts";
import type { ProcessRow, ProcessSource } from "./process-source.ts";
import { ProcessTree } from "./process-tree.ts";
import { ProcessWatch } from "./process-watch.ts";
import { parsePsLine, psSource } from "./ps-source.ts";

describe("a line of /proc/<pid>/stat", () => {
  it("is read also when the program's name has spaces and brackets", () => {
    const text =
      "42 (a) b (c)) S 7 8 9 0 -1 0 0 0 0 0 100 50 20 10 20 0 3 0 12345 1000000 250 0 0 0 0 0 0 0 0 0 0 0 0 17 1 0 0";
    expect(parseProcStat(text, 4096)).toEqual({
      pid: 42,
      parent: 7,
      group: 8,
      session: 9,
      startedAt: "12345",
      cpuMs: 1800,
      residentBytes: 1_024_000,
      ended: false,
    });
    expect(parseProcStat(text.replace(" S ", " Z "), 4096)?.ended).toBe(true);
  });

  it.each(["", "no stat", "1 (x) S 2 3"])("is nothing when it is %j", (text) => {
    expect(parseProcStat(text, 4096)).toBe(null);
  });
});

describe("a line of ps", () => {
  it.each([
    ["1:02.50", 62_500],
    ["01:02:03", 3_723_000],
    ["2-00:00:01", 172_801_000],
  ])("with the time %s is read", (time, cpuMs) => {
    expect(parsePsLine(` 42 7 8 9 1000 ${time} S+ Sat Nov 21 01:00:00 2026`)).toEqual({
      pid: 42,
      parent: 7,
      group: 8,
      session: 9,
      startedAt: "Sat Nov 21 01:00:00 2026",
      cpuMs,
      residentBytes: 1_024_000,
      ended: false,
    });
  });

  it.each(["", "PID PPID", "42 7 8 9 1000 soon S Sat", "x 7 8 9 1000 0:01 S Sat Nov"])(
    "is nothing when it is %j",
    (line) => {
      expect(parsePsLine(line)).toBe(null);
    },
  );
});

describe.runIf(process.platform === "linux").each([
  ["/proc", procSource()],
  ["ps", psSource()],
])("%s", (_, source) => {
  it("shows this process", () => {
    const own = source.rows(new Set()).find(({ pid }) => pid === process.pid);
    expect(own).toMatchObject({ parent: process.ppid, ended: false });
    expect(own?.residentBytes).toBeGreaterThan(10e6);
  });

  it("knows nothing of a process that does not exist", () => {
    expect(source.startedWith(2 ** 22 + 1, "PATH=x")).toBe(false);
    expect(source.proportionalBytes(2 ** 22 + 1)).toBe(null);
  });
});

/** A process list that a test writes. */
class Listed implements ProcessSource {
  list: ProcessRow[] = [];
  marked = new Set<number>();
  rows(foreign: ReadonlySet<number>): ProcessRow[] {
    return this.list.filter(({ pid }) => !foreign.has(pid));
  }
  startedWith(pid: number): boolean {
    return this.marked.has(pid);
  }
  proportionalBytes(pid: number): number | null {
    return pid === 12 ? 1 : null;
  }
}

function row(pid: number, parent: number, more: Partial<ProcessRow> = {}): ProcessRow {
  return {
    pid,
    parent,
    group: pid,
    session: pid,
    startedAt: "1",
    cpuMs: 10,
    residentBytes: 100,
    ended: false,
    ...more,
  };
}

describe("a process tree", () => {
  it("holds descendants of any depth, group and session members, and no one else", () => {
    const source = new Listed();
    source.list = [
      row(13, 12),
      row(12, 11),
      row(11, 10),
      row(10, 1),
      row(20, 1),
      row(30, 1, { group: 10 }),
      row(31, 1, { session: 10 }),
    ];
    const tree = new ProcessTree(10, source, null);
    expect(
      tree
        .update()
        .map(({ pid }) => pid)
        .sort((one, other) => one - other),
    ).toEqual([10, 11, 12, 13, 30, 31]);
    expect(tree.usage()).toEqual({ memoryBytes: 600, cpuMs: 60, processes: 6 });
    expect(tree.proportionalBytes()).toBe(501);
  });

  it("keeps a member that lost its parent, and no stranger with its number", () => {
    const source = new Listed();
    source.list = [row(10, 1), row(11, 10)];
    const tree = new ProcessTree(10, source, null);
    tree.update();
    source.list = [row(11, 1)];
    expect(tree.update().map(({ pid }) => pid)).toEqual([11]);
    source.list = [row(11, 1, { startedAt: "2" })];
    expect(tree.update()).toEqual([]);
  });

  it("finds by its marker what has left it unseen, when it looks thoroughly", () => {
    const source = new Listed();
    source.list = [row(10, 1)];
    const tree = new ProcessTree(10, source, "MARK=1");
    tree.update();
    source.list = [row(10, 1), row(50, 1)];
    source.marked.add(50);
    expect(tree.update()).toHaveLength(1);
    expect(tree.update(true)).toHaveLength(2);
  });

  it("counts the processor time of those who ended, and not their memory", () => {
    const source = new Listed();
    source.list = [row(10, 1), row(11, 10, { ended: true })];
    const tree = new ProcessTree(10, source, null);
    tree.update();
    expect(tree.usage()).toEqual({ memoryBytes: 100, cpuMs: 20, processes: 1 });
  });
});

describe("a process watch", () => {
  it("asks for exact memory before it calls it too much, and tells once", () => {
    const source = new Listed();
    source.list = [row(12, 1)];
    const told: string[] = [];
    const limits = { memoryBytes: 50, cpuMs: Infinity, processes: Infinity };
    const tree = new ProcessTree(12, source, null);
    const options = { tree, limits, intervalMs: 1, ownProcesses: 0, onExceeded: (limit: string) => told.push(limit) };
    const watch = new ProcessWatch(options);
    watch.look();
    expect([told, watch.peak.memoryBytes]).toEqual([[], 1]);
    source.list = [row(12, 1, { cpuMs: 99 }), row(13, 12)];
    watch.look();
    watch.look();
    expect(told).toEqual(["memory"]);
    watch.stop();
    expect(watch.peak).toEqual({ memoryBytes: 101, cpuMs: 109, processes: 2 });
  });

  it("has seen nothing when there was nothing to see", () => {
    const tree = new ProcessTree(10, new Listed(), null);
    const limits = { memoryBytes: 1, cpuMs: 1, processes: 1 };
    const watch = new ProcessWatch({ tree, limits, intervalMs: 1, ownProcesses: 0, onExceeded: () => {} });
    watch.start();
    watch.stop();
    expect(watch.peak).toEqual({ memoryBytes: null, cpuMs: null, processes: null });
  });
});
