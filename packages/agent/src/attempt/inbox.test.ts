import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addToInbox, collect, INBOX_BOUNDS, readInbox } from "./inbox.ts";

let base: string;
let root: string;
let keepIn: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-inbox-")));
  root = join(base, "root");
  keepIn = join(base, "artifacts");
  mkdirSync(root);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe("an inbox", () => {
  it("gives what was put in, oldest first, and the bytes as they were then", async () => {
    const report = join(base, "report.xml");
    writeFileSync(report, "<one/>");
    await addToInbox(root, { type: "artifact", path: report, reader: "junit" });
    writeFileSync(report, "<two/>");
    await addToInbox(root, { type: "evidence", metric: "reviewed", value: true });
    const { entries, refused } = await readInbox(root);
    expect(refused).toEqual([]);
    const { taken } = await collect(entries, root, keepIn);
    expect(taken).toMatchObject([
      { type: "artifact", name: report, reader: "junit", tier: "E1", size: 6 },
      { type: "evidence", metric: "reviewed", tier: "E0" },
    ]);
    expect(taken[0]?.type === "artifact" && readFileSync(taken[0].kept, "utf8")).toBe("<one/>");
  });

  it("is empty when there is none", async () => {
    expect(await readInbox(join(base, "missing"))).toEqual({ entries: [], refused: [] });
  });

  it("names the notes that are none", async () => {
    writeFileSync(join(root, "a.json"), "no json");
    writeFileSync(join(root, "b.json"), '{"type":"log","message":"x"}');
    writeFileSync(join(root, "c.json"), `{"type":"${"x".repeat(70_000)}"}`);
    symlinkSync("/etc/passwd", join(root, "d.json"));
    spawnSync("/bin/sh", ["-c", 'mkfifo "$1"', "sh", join(root, "e.json")]);
    const { entries, refused } = await readInbox(root);
    expect(entries).toEqual([]);
    expect(refused.map(({ name }) => name)).toEqual(["a.json", "b.json", "c.json", "d.json", "e.json"]);
  });

  it("takes no more notes than its bound", async () => {
    for (let at = 0; at <= INBOX_BOUNDS.entries; at += 1) {
      writeFileSync(join(root, `${String(at).padStart(5, "0")}.json`), '{"type":"evidence","metric":"m","value":1}');
    }
    const { entries, refused } = await readInbox(root);
    expect([entries.length, refused.length]).toEqual([INBOX_BOUNDS.entries, 1]);
    const more = await collect([...entries, ...entries], root, keepIn);
    expect([more.taken.length, more.refused.length]).toEqual([INBOX_BOUNDS.entries, 1]);
  });
});

describe("an artifact", () => {
  it.each([
    ["leads out by ..", "../secret"],
    ["is absolute and outside", "/etc/passwd"],
    ["is a link that leads out", "link"],
    ["lies behind a link that leads out", "way/passwd"],
    ["is a pipe", "pipe"],
    ["is a folder", "folder"],
    ["is missing", "missing"],
    ["is larger than what is left", "large"],
  ])("that %s is refused", async (_, path) => {
    writeFileSync(join(base, "secret"), "s");
    symlinkSync("/etc/passwd", join(root, "link"));
    symlinkSync("/etc", join(root, "way"));
    spawnSync("/bin/sh", ["-c", 'mkfifo "$1"', "sh", join(root, "pipe")]);
    mkdirSync(join(root, "folder"));
    writeFileSync(join(root, "large"), "");
    truncateSync(join(root, "large"), INBOX_BOUNDS.bytes + 1);
    const { taken, refused } = await collect([{ type: "artifact", path }], root, keepIn);
    expect(taken).toEqual([]);
    expect(refused).toEqual([{ name: path, reason: expect.stringMatching(/./) }]);
  });
});
