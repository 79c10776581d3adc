import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Workshop, workshop } from "../shared/workshop.testing.ts";

const MODULES = join(import.meta.dirname, "../../node_modules");
const hasGofmt = spawnSync("gofmt", ["-h"]).error === undefined;
const OXLINT = { ".oxlintrc.json": '{"rules":{"no-debugger":"error"}}', "a.js": "export const a = 1;\n" };

/** A folder with the linters of this repository. */
function withLinters(files: Readonly<Record<string, string>>): Workshop {
  const shop = workshop(files);
  mkdirSync(join(shop.dir, "node_modules/.bin"), { recursive: true });
  for (const name of ["biome", "oxlint"])
    symlinkSync(join(MODULES, ".bin", name), join(shop.dir, "node_modules/.bin", name));
  return shop;
}

/** A folder with a linter that was written for the test. */
function withProgram(name: string, script: string, files: Readonly<Record<string, string>>): Workshop {
  const shop = workshop(files);
  shop.write(`node_modules/.bin/${name}`, `#!/bin/sh\n[ "$1" = --version ] && echo 9.1.0 && exit\n${script}\n`);
  spawnSync("chmod", ["+x", join(shop.dir, `node_modules/.bin/${name}`)]);
  return shop;
}

describe("lint-format", { timeout: 60_000 }, () => {
  test("runs the configured linter, and says which one, in which version, on how many files", async () => {
    const { outcome, summary, evidence } = await withLinters(OXLINT).attempt("lint-format");
    expect(summary).toMatch(/^oxlint \d+\.\d+\.\d+: 0 in 1 file;/);
    expect([outcome, evidence]).toMatchObject(["done", { oxlint_findings: "0", findings: "0", files_scanned: "1" }]);
    expect(Number(evidence["rules"])).toBeGreaterThan(0);
  });

  test("counts what every tool finds, and hands over what they said", async () => {
    const shop = withLinters({ ...OXLINT, "a.js": "debugger;\n", "biome.json": "{}", "b.js": "let   b = 1\n" });
    const { exit, metrics } = await shop.check("lint-format");
    expect([exit, metrics]).toMatchObject([1, { lint_tools: "2" }]);
    expect(Number(metrics["oxlint_findings"])).toBeGreaterThan(0);
    expect(Number(metrics["biome_findings"])).toBeGreaterThan(0);
    expect(shop.read("build/lint.txt")).toContain("debugger");
    const one = await shop.check("lint-format", ["--tool", "oxlint"]);
    expect(one.metrics).toMatchObject({ lint_tools: "1" });
  });

  test.skipIf(!hasGofmt)("runs gofmt on Go", async () => {
    const shop = workshop({ "go.mod": "module a\n", "a.go": "package a\n\nfunc  A() {}\n", "b.go": "package a\n" });
    const { exit, metrics } = await shop.check("lint-format");
    expect([exit, metrics]).toMatchObject([1, { gofmt_findings: "1", files_scanned: "2" }]);
  });

  test("reads what ESLint and Prettier say", async () => {
    const json =
      '[{"filePath":"a.js","errorCount":1,"warningCount":2},{"filePath":"b.js","errorCount":0,"warningCount":0}]';
    const eslint = withProgram("eslint", `echo '${json}'; exit 1`, { "eslint.config.js": "" });
    expect((await eslint.check("lint-format")).metrics).toMatchObject({ eslint_findings: "3", files_scanned: "2" });
    const prettier = withProgram("prettier", "echo a.js; exit 1", { ".prettierrc": "{}", "a.js": "", "b.js": "" });
    expect((await prettier.check("lint-format")).metrics).toMatchObject({ prettier_findings: "1", files_scanned: "3" });
  });

  test("counts a tool that says no without a word as a finding", async () => {
    const shop = withProgram("eslint", `echo '[{"errorCount":0,"warningCount":0}]'; exit 1`, {
      "eslint.config.js": "",
    });
    const { exit, metrics } = await shop.check("lint-format");
    expect([exit, metrics["findings"]]).toEqual([1, "1"]);
  });

  test.each([
    ["breaks", "echo 'no such rule' >&2; exit 2", "did not run to its end (exit status 2)"],
    ["prints something else", "echo fine", "did not run to its end"],
    ["looks at no file", "echo '[]'", "looked at no file"],
  ])("gives no number for a linter that %s", async (_what, script, says) => {
    const shop = withProgram("eslint", script, { "eslint.config.js": "" });
    const { exit, stdout, stderr } = await shop.check("lint-format");
    expect([exit, stdout, stderr]).toEqual([2, "", expect.stringContaining(says)]);
  });

  test("fails where nothing is configured, and where something is and cannot be found", async () => {
    expect((await workshop({ "a.js": "" }).check("lint-format")).stderr).toContain("no linter is configured here");
    const missing = await workshop({ "package.json": '{"devDependencies":{"prettier":"3"}}' }).check("lint-format");
    expect([missing.exit, missing.stderr]).toEqual([2, expect.stringContaining("configured and not installed")]);
    expect((await workshop({ ".prettierrc": "" }).check("lint-format", ["--health"])).exit).toBe(1);
  });

  test("refuses a tool that it does not know", async () => {
    expect((await workshop().check("lint-format", ["--tool", "jslint"])).exit).toBe(64);
    const other = await withLinters(OXLINT).check("lint-format", ["--tool", "eslint"]);
    expect([other.exit, other.stderr]).toEqual([2, expect.stringContaining("not configured here: eslint")]);
  });
});
