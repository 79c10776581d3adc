import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { GLOB_TABLE } from "../../../../test/globs/glob-table.ts";
import { metricsOf } from "../testing/reading-of.ts";
import { digestBytes, digestStream, hashingSource } from "./digest.ts";
import { expandPlaces } from "./expand-places.ts";
import { matchPlace } from "./match-place.ts";
import { readReportFiles, snapshotArtifacts } from "./read-report-files.ts";
import { plainPlace } from "./resolve-artifact.ts";

let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "holdpoint-files-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(place: string, text: string): void {
  mkdirSync(dirname(join(root, place)), { recursive: true });
  writeFileSync(join(root, place), text);
}

function junit(...names: readonly string[]): string {
  return `<testsuite>${names.map((name) => `<testcase name="${name}"/>`).join("")}</testsuite>`;
}

describe("reading the report files of a check", () => {
  it("reads all files of a pattern as one report and lists them with their digests", async () => {
    write("out/a.xml", junit("a"));
    write("out/b.xml", junit("b"));
    const { readings, artifacts, problems } = await readReportFiles(root, ["out/*.xml"]);
    expect(problems).toEqual([]);
    expect(readings).toHaveLength(1);
    expect(readings[0]?.cases).toMatchObject({ total: 2 });
    expect(artifacts).toEqual([
      { place: "out/a.xml", digest: digestBytes(junit("a")), size: junit("a").length, truncated: false },
      { place: "out/b.xml", digest: digestBytes(junit("b")), size: junit("b").length, truncated: false },
    ]);
  });

  it("counts a file once that two patterns name", async () => {
    write("a.xml", junit("a"));
    expect((await readReportFiles(root, ["a.xml", "*.xml"])).readings[0]?.cases).toMatchObject({ total: 1 });
  });

  it("gives one reading per format", async () => {
    write("a.xml", junit("a"));
    write("lcov.info", "SF:a\nDA:1,1\nend_of_record\n");
    write("m.txt", "latency=3ms\n");
    const { readings } = await readReportFiles(root, ["*"]);
    expect(readings.map((reading) => reading.format)).toEqual(["metric-lines", "junit", "lcov"]);
    expect(readings[0] === undefined ? null : metricsOf(readings[0])).toEqual({ latency: 3 });
  });

  it("tells of files that are missing or refused and reads the others", async () => {
    write("a.xml", junit("a"));
    symlinkSync("/etc/hostname", join(root, "link"));
    const { readings, problems } = await readReportFiles(root, ["a.xml", "b.xml", "../c.xml", "link", "none/*.xml"]);
    expect(problems.map((entry) => entry.code).sort()).toEqual(["HP3001", "HP3002", "HP3002", "HP3009"]);
    expect(readings[0]?.cases).toMatchObject({ total: 1 });
  });

  it("refuses a file that is too large", async () => {
    write("a.xml", junit("a"));
    const { readings, artifacts, problems } = await readReportFiles(root, ["a.xml"], { limits: { maxBytes: 10 } });
    expect([readings, artifacts]).toEqual([[], []]);
    expect(problems[0]?.code).toBe("HP3004");
  });

  it("marks files that hold neither a report nor a metric line", async () => {
    write("notes.txt", "all is well\n");
    expect((await readReportFiles(root, ["notes.txt"])).readings[0]?.anomalies).toEqual(["unsupported"]);
    const given = await readReportFiles(root, ["notes.txt"], { format: "metric-lines" });
    expect(given.readings[0]?.anomalies).toEqual(["empty_report"]);
  });

  it("marks files that were there before the check and did not change", async () => {
    write("old.xml", junit("a"));
    const before = await snapshotArtifacts(root, ["*.xml", "missing.xml"]);
    const { readings } = await readReportFiles(root, ["*.xml"], { before });
    expect(readings[0]?.anomalies).toEqual(["not_written_by_run"]);
  });

  it("takes a file that was written again, or is new, for this run's", async () => {
    write("old.xml", junit("a"));
    const before = await snapshotArtifacts(root, ["*.xml"]);
    write("old.xml", junit("a", "b"));
    write("new.xml", junit("c"));
    expect((await readReportFiles(root, ["*.xml"], { before })).readings[0]?.anomalies).toEqual([]);
  });

  it("sees a file rewritten in place with the same size and its old time set again", async () => {
    write("old.xml", junit("a"));
    utimesSync(join(root, "old.xml"), 1000, 1000);
    const before = await snapshotArtifacts(root, ["old.xml"]);
    writeFileSync(join(root, "old.xml"), junit("b"));
    utimesSync(join(root, "old.xml"), 1000, 1000);
    expect((await readReportFiles(root, ["old.xml"], { before })).readings[0]?.anomalies).toEqual([]);
  });

  it("marks a file that changes between its digest and its reading", async () => {
    write("a.txt", "a=1\n");
    write("b.txt", "b=1\n");
    const reading = readReportFiles(root, ["*.txt"], {
      // Read when the first source is opened, which is after all digests were taken.
      get format() {
        appendFileSync(join(root, "b.txt"), "c=1\n");
        return "metric-lines" as const;
      },
    });
    const anomalies = (await reading).readings[0]?.anomalies;
    expect(anomalies).toEqual(["malformed"]);
  });
});

describe("a pattern", () => {
  it("names files in folders, and leaves out what is not the project's", async () => {
    for (const place of [
      "a.xml",
      "x/b.xml",
      "x/y/c.xml",
      "x/y/c.txt",
      "node_modules/d.xml",
      ".holdpoint/e.xml",
      ".git/f.xml",
    ]) {
      write(place, "");
    }
    expect(await expandPlaces(root, "**/*.xml")).toEqual(["a.xml", "x/b.xml", "x/y/c.xml"]);
    expect(await expandPlaces(root, "x/**")).toEqual(["x/b.xml", "x/y/c.txt", "x/y/c.xml"]);
    expect(await expandPlaces(root, "x/?.xml")).toEqual(["x/b.xml"]);
    expect(await expandPlaces(root, "x/b.xml")).toEqual(["x/b.xml"]);
  });

  it("that leads outside is refused", async () => {
    await expect(expandPlaces(root, "../*.xml")).rejects.toEqual(expect.objectContaining({ code: "HP3002" }));
  });

  it("that matches nothing says so, also when its folder is a file", async () => {
    write("a", "");
    await expect(expandPlaces(root, "a/*.xml")).rejects.toEqual(expect.objectContaining({ code: "HP3009" }));
  });

  it("that would have too much looked at is refused", async () => {
    for (const place of ["a.xml", "x/b.xml", "x/c.txt"]) write(place, "");
    expect(await expandPlaces(root, "**/*.xml", 4)).toEqual(["a.xml", "x/b.xml"]);
    await expect(expandPlaces(root, "**/*.xml", 3)).rejects.toEqual(expect.objectContaining({ code: "HP3010" }));
  });

  it.each([
    ["a*b", "ab", true],
    ["a*b", "axxb", true],
    ["a*b", "axxc", false],
    ["*a*b*", "xaybz", true],
    ["?", "", false],
    ["**/a", "a", true],
    ["**/a", "x/y/a", true],
    ["x/**/a", "x/a", true],
    ["x/**/a", "y/a", false],
    ["a/*", "a/b/c", false],
    ["[a]+", "a", false],
  ])("%s over %s gives %s", (pattern, path, expected) => {
    expect(matchPlace(pattern.split("/"), path.split("/"))).toBe(expected);
  });

  it.each(GLOB_TABLE)("%s over %s gives %s, as for the inputs of a check", (glob, path, expected) => {
    expect(matchPlace(plainPlace(glob).split("/"), path.split("/"))).toBe(expected);
  });

  it("made to be slow is not", () => {
    expect(matchPlace([`${"*a".repeat(60)}b`], ["a".repeat(250)])).toBe(false);
  });
});

describe("a digest", () => {
  it("is the same of bytes and of a stream, with its size", async () => {
    async function* stream(): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.from("ab");
      yield Buffer.from("c");
    }
    const abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(digestBytes("abc")).toBe(abc);
    expect(await digestStream(stream())).toEqual({ digest: abc, size: 3 });
    expect(await digestStream(Buffer.from("abc"))).toEqual({ digest: abc, size: 3 });
  });

  it("on the way is not known before the end", () => {
    expect(hashingSource(Buffer.from("abc")).result()).toBeNull();
  });
});
