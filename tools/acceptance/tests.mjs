// @ts-check
/** Metric lines about the test suite, from what `npm test` has just written; refuses reports that are older than a source. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { bin, root } from "../install.mjs";

const junit = join(root, "coverage/junit.xml");
const summary = join(root, "coverage/coverage-summary.json");
refuseOld([junit, summary], newestSource());

const cases = [...readFileSync(junit, "utf8").matchAll(/<testcase\b[^>]*?(\/>|>([\s\S]*?)<\/testcase>)/g)];
const failed = cases.filter((match) => /<(failure|error)\b/.test(match[2] ?? "")).length;
const coverage = JSON.parse(readFileSync(summary, "utf8"));
const core = Object.entries(coverage).filter(([file]) => file.includes("/packages/core/src/"));

print("tests_run", cases.length);
print("tests_failed", failed);
print("line_coverage", `${coverage.total.lines.pct}%`);
print("core_line_coverage", `${share(core)}%`);
const fixtures = spawnSync(bin("tsx"), ["test/silent-pass/count.ts"], { cwd: root, encoding: "utf8" });
process.stdout.write(fixtures.stdout);
if (fixtures.status !== 0) process.exit(1);

/** @param {[string, { lines: { total: number, covered: number } }][]} files */
function share(files) {
  const total = files.reduce((sum, [, { lines }]) => sum + lines.total, 0);
  const covered = files.reduce((sum, [, { lines }]) => sum + lines.covered, 0);
  return total === 0 ? 0 : Math.floor((covered / total) * 10_000) / 100;
}

/** When the last source or test file was changed, milliseconds. */
function newestSource() {
  let newest = 0;
  for (const top of ["packages", "test"]) {
    for (const entry of readdirSync(join(root, top), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || !/\.(ts|sql)$/.test(entry.name) || /node_modules|\/dist\//.test(path)) continue;
      newest = Math.max(newest, statSync(path).mtimeMs);
    }
  }
  return newest;
}

/** @param {string[]} files @param {number} newest */
function refuseOld(files, newest) {
  for (const file of files) {
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (written >= newest) continue;
    process.stderr.write(`${file} is missing or older than a source file; run npm test first.\n`);
    process.exit(1);
  }
}

/** @param {string} name @param {string | number} value */
function print(name, value) {
  process.stdout.write(`${name}=${value}\n`);
}
