import { describe, expect, test } from "vitest";
import { metricsOf, workshop } from "../shared/workshop.testing.ts";
import { isAllowed, isBelow } from "./licence.mjs";

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

const FINE = { license: "MIT", integrity: "sha512-x", resolved: "https://packages.example/x.tgz" };

function lockOf(packages: Readonly<Record<string, Locked>>): Record<string, string> {
  return {
    "package-lock.json": JSON.stringify({ lockfileVersion: 3, packages: { "": { name: "app" }, ...packages } }),
  };
}

const MIXED = lockOf({
  "node_modules/left": { ...FINE, version: "1.0.0" },
  "node_modules/right": { ...FINE, version: "2.0.0", license: "GPL-3.0-only" },
  "node_modules/right/node_modules/left": { ...FINE, version: "1.2.0" },
  "node_modules/@a/builder": { ...FINE, version: "1.0.0", hasInstallScript: true },
  "node_modules/bare": { version: "0.1.0", resolved: "https://elsewhere.test/bare.tgz" },
});

describe("dependency-scan", () => {
  test("tells licences, install scripts, missing digests and duplicates", async () => {
    const shop = workshop({ ...MIXED, "dependency-policy.json": '{"licences":["MIT"]}' });
    const { exit, metrics, stderr } = await shop.check("dependency-scan");
    expect([exit, metrics]).toMatchObject([1, { findings: "5", findings_error: "2", dependencies: "5" }]);
    for (const line of [
      "licence-not-allowed: right 2.0.0: its licence is GPL-3.0-only",
      "install-script: @a/builder 1.0.0",
      "no-integrity: bare 0.1.0",
      "licence-unknown: bare 0.1.0",
      "duplicate-version: left 1.0.0: is locked as 1.0.0, 1.2.0",
    ])
      expect(stderr).toContain(line);
    const reading = await shop.reading("build/dependencies.sarif");
    expect([reading.anomalies, metricsOf(reading)]).toMatchObject([[], { findings: 5, findings_error: 2, rules: 6 }]);
  });

  test("passes with remarks alone, and with nothing at all", async () => {
    const fine = lockOf({ "node_modules/left": { ...FINE, version: "1.0.0" } });
    const { outcome, evidence } = await workshop(fine).attempt("dependency-scan");
    expect([outcome, evidence]).toMatchObject(["done", { findings: "0", rules: "6", files_scanned: "1" }]);
    const builder = lockOf({ "node_modules/b": { ...FINE, version: "1.0.0", hasInstallScript: true } });
    expect((await workshop(builder).attempt("dependency-scan")).outcome).toBe("done");
  });

  test("knows bad versions by the list that it is given", async () => {
    const bad = [
      { name: "left", below: "1.2.0", reason: "reads too far" },
      { name: "right", versions: ["2.0.0"], reason: "was taken over" },
    ];
    const shop = workshop({ ...MIXED, "bad.json": JSON.stringify(bad) });
    const { exit, stderr } = await shop.check("dependency-scan", ["--bad", "bad.json"]);
    expect(exit).toBe(1);
    expect(stderr).toContain("known-bad: left 1.0.0: reads too far");
    expect(stderr).toContain("known-bad: right 2.0.0: was taken over");
    expect(stderr).not.toContain("left 1.2.0: reads");
  });

  test("accepts a finding for a reason, and says so in the report", async () => {
    const accepted = [{ rule: "no-integrity", package: "bare", reason: "our own mirror" }];
    const shop = workshop({ ...MIXED, "dependency-policy.json": JSON.stringify({ accepted }) });
    const { exit, metrics } = await shop.check("dependency-scan");
    expect([exit, metrics]).toMatchObject([0, { findings_error: "0", findings_suppressed: "1" }]);
    expect(shop.read("build/dependencies.sarif")).toContain("our own mirror");
  });

  test.each([
    ["there is no lockfile", {}, "package-lock.json cannot be read"],
    ["the lockfile is old", { "package-lock.json": '{"lockfileVersion":1}' }, "version 2 or 3"],
    ["nothing is locked", lockOf({}), "locks no package"],
    [
      "a reason is missing",
      { ...MIXED, "dependency-policy.json": '{"accepted":[{"rule":"x","package":"y"}]}' },
      "entry 1",
    ],
  ])("gives no number when %s", async (_why, files: Record<string, string>, says) => {
    const { exit, stdout, stderr } = await workshop(files).check("dependency-scan");
    expect([exit, stdout, stderr]).toEqual([2, "", expect.stringContaining(says)]);
  });

  test.each(["[]", '[{"name":"x"}]', "{}"])("does not work with %s as the list of bad versions", async (list) => {
    const { exit, stdout } = await workshop({ ...MIXED, "b.json": list }).check("dependency-scan", ["--bad", "b.json"]);
    expect([exit, stdout]).toEqual([2, ""]);
  });
});

test.each([
  ["MIT", true],
  ["(MIT OR GPL-3.0-only)", true],
  ["MIT AND GPL-3.0-only", false],
  ["(GPL-3.0-only OR ISC) AND MIT", true],
  ["GPL-2.0-only WITH Classpath-exception-2.0", false],
  ["UNLICENSED", false],
  ["MIT OR", false],
  ["(MIT", false],
  ["MIT MIT", false],
  ["", false],
])("the licence %j is allowed: %j", (expression, allowed) => {
  expect(isAllowed(expression, ["MIT", "ISC"])).toBe(allowed);
});

test.each([
  ["1.2.3", "1.2.4", true],
  ["1.2.4", "1.2.4", false],
  ["1.10.0", "1.9.0", false],
  ["2.0.0-rc.1", "2.0.0", true],
  ["not a version", "1.0.0", true],
])("%s comes before %s: %j", (version, limit, below) => {
  expect(isBelow(version, limit)).toBe(below);
});
