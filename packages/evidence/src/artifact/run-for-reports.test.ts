import { execFileSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { runForReports } from "./run-for-reports.ts";
import { setAside } from "./set-aside.ts";

const REPORT = '<testsuite><testcase name="a"/></testsuite>';
let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "holdpoint-reports-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(place: string, text: string = REPORT): void {
  mkdirSync(dirname(join(root, place)), { recursive: true });
  writeFileSync(join(root, place), text);
}

/** Runs a shell script as the check and gives what speaks for and against its reports. */
async function check(script: string, patterns: readonly string[]): Promise<unknown> {
  const run = async (): Promise<void> => {
    execFileSync("/bin/sh", ["-c", script], { cwd: root, stdio: "ignore" });
  };
  const { files } = await runForReports(root, patterns, run);
  return {
    anomalies: files.readings.flatMap(({ anomalies }) => anomalies),
    problems: files.problems.map(({ code }) => code),
  };
}

describe("reports of a run", () => {
  it.each([
    ["touch", "touch old.xml 2>/dev/null -c"],
    ["a change of mode", "chmod 600 old.xml || true"],
    ["a move to and fro", "mv old.xml x && mv x old.xml || true"],
    ["nothing", "true"],
  ])("are not made by %s", async (_, script) => {
    write("old.xml");
    expect(await check(script, ["old.xml"])).toEqual({ anomalies: [], problems: ["HP3001"] });
    expect(readFileSync(join(root, "old.xml"), "utf8")).toBe(REPORT);
    expect(readdirSync(root)).toEqual([".holdpoint", "old.xml"]);
  });

  it.each([
    ["a hard link to an old one", "ln keep/old.xml out.xml"],
    ["a symbolic link to an old one", "ln -s keep/old.xml out.xml"],
    ["a folder that is a link", "rm -rf d && ln -s keep d"],
  ])("are not made by %s", async (_, script) => {
    write("keep/old.xml");
    write("d/old.xml");
    const patterns = script.includes(" d") ? ["d/old.xml"] : ["out.xml"];
    expect(await check(script, patterns)).toEqual({ anomalies: ["not_written_by_run"], problems: [] });
  });

  it("are read when they are written anew, also with the same content", async () => {
    write("out/a.xml");
    expect(await check(`mkdir -p out && printf '%s' '${REPORT}' > out/a.xml`, ["out/*.xml"])).toEqual({
      anomalies: [],
      problems: [],
    });
    expect(readdirSync(root)).toEqual([".holdpoint", "out"]);
  });

  it("that matched a pattern before and were not written come back, also into a folder that went away", async () => {
    write("out/a.xml");
    expect(await check("rm -rf out", ["out/*.xml"])).toEqual({ anomalies: [], problems: ["HP3009"] });
    expect(existsSync(join(root, "out/a.xml"))).toBe(true);
  });

  it("come back when the check cannot be run", async () => {
    write("a.xml");
    const run = (): Promise<never> => Promise.reject(new Error("no"));
    await expect(runForReports(root, ["a.xml"], run)).rejects.toThrow("no");
    expect(existsSync(join(root, "a.xml"))).toBe(true);
  });
});

describe("setting reports aside", () => {
  it("moves links as links, and leaves folders and what lies outside", async () => {
    const outside = mkdtempSync(join(tmpdir(), "holdpoint-outside-"));
    writeFileSync(join(outside, "x.xml"), REPORT);
    write("b.xml");
    linkSync(join(root, "b.xml"), join(root, "c.xml"));
    symlinkSync("b.xml", join(root, "a.xml"));
    symlinkSync(outside, join(root, "away"));
    mkdirSync(join(root, "d.xml"));
    const old = await setAside(root, ["a.xml", "b.xml", "c.xml", "d.xml", "away/x.xml", "../x", "none"]);
    expect(old.places).toEqual(["a.xml", "b.xml", "c.xml"]);
    expect(existsSync(join(outside, "x.xml"))).toBe(true);
    await old.restore();
    expect(readdirSync(root)).toEqual([".holdpoint", "a.xml", "away", "b.xml", "c.xml", "d.xml"]);
    rmSync(outside, { recursive: true });
  });

  it("is refused when the state folder is none, and moves nothing then", async () => {
    write("a.xml");
    symlinkSync(tmpdir(), join(root, ".holdpoint"));
    await expect(setAside(root, ["a.xml"])).rejects.toMatchObject({ code: "HP3001" });
    expect(existsSync(join(root, "a.xml"))).toBe(true);
  });
});
