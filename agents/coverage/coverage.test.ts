import { describe, expect, test } from "vitest";
import { metricsOf, workshop } from "../shared/workshop.testing.ts";

const SOURCE = "export function half(n) {\n  if (n > 1) {\n    return n / 2;\n  }\n  return 0;\n}\n";
const TEST =
  'import { test } from "node:test";\nimport { half } from "../src/half.mjs";\ntest("half", () => void half(0));\n';
const FILES = { "src/half.mjs": SOURCE, "src/never.mjs": "export const a = 1;\n\n", "tests/half.test.mjs": TEST };
const REPORT = "TN:\nSF:src/half.mjs\nDA:1,1\nDA:2,0\nend_of_record\n";

describe("coverage", { timeout: 60_000 }, () => {
  test("measures the source, with what no test loads at zero", async () => {
    const shop = workshop(FILES);
    const { outcome, evidence, artifacts } = await shop.attempt("coverage", { args: ["--source", "src", "tests"] });
    expect(outcome).toBe("done");
    expect(artifacts).toEqual(["build/lcov.info"]);
    const reading = await shop.reading("build/lcov.info");
    expect(reading.anomalies).toEqual([]);
    expect(metricsOf(reading)).toMatchObject({ lines_total: 8, lines_covered: 4, files_covered: 2 });
    expect(evidence).toMatchObject({ line_coverage: "50%", lines_covered: "4", lines_total: "8", files_covered: "2" });
    expect(shop.read("build/lcov.info")).toContain("SF:src/never.mjs\nDA:1,0\n");
    expect(shop.read("build/lcov.info")).not.toContain("half.test.mjs");
  });

  test("fails below the least share", async () => {
    const { exit, metrics, stderr } = await workshop(FILES).check("coverage", ["--source", "src", "--least", "90"]);
    expect([exit, metrics["line_coverage"]]).toEqual([1, "50%"]);
    expect(stderr).toContain("below 90 %");
  });

  test.each([
    ["there are no tests", { "src/half.mjs": SOURCE }, [], "found no *.test.mjs"],
    ["there is no source", { "tests/a.test.mjs": "" }, ["--source", "tests"], "found no source"],
    ["a folder is not there", FILES, ["--source", "lib"], "lib is not there"],
    [
      "the tests do not pass",
      { ...FILES, "tests/b.test.mjs": "throw new Error('no')\n" },
      ["--source", "src"],
      "do not pass",
    ],
    ["the report is not there", FILES, ["--lcov", "lcov.info"], "lcov.info is not there"],
    ["the report is empty", { ...FILES, "lcov.info": "" }, ["--lcov", "lcov.info"], "no complete LCOV record"],
    ["the report breaks off", { ...FILES, "lcov.info": REPORT.slice(0, -15) }, ["--lcov", "lcov.info"], "no complete"],
    [
      "the report speaks of nothing that is there",
      { "lcov.info": REPORT },
      ["--lcov", "lcov.info"],
      "which is not there",
    ],
  ])("gives no number when %s", async (_why, files, args, says) => {
    const { exit, stdout, stderr } = await workshop(files).check("coverage", args);
    expect([exit, stdout, stderr]).toEqual([2, "", expect.stringContaining(says)]);
  });

  test("takes a report that is there, unless the source changed after it", async () => {
    const shop = workshop({ ...FILES, "lcov.info": REPORT });
    shop.age("src/half.mjs", -60);
    const fresh = await shop.check("coverage", ["--lcov", "lcov.info"]);
    expect([fresh.exit, fresh.metrics["line_coverage"]]).toEqual([0, "50%"]);
    shop.age("src/half.mjs", 60);
    const stale = await shop.check("coverage", ["--lcov", "lcov.info"]);
    expect([stale.exit, stale.stdout, stale.stderr]).toEqual([2, "", expect.stringContaining("is stale")]);
  });
});
