import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { metricsOf, workshop } from "../shared/workshop.testing.ts";

const PASSES = 'import { test } from "node:test";\ntest("a > b", () => {});\ntest("c", () => {});\n';
const FAILS = 'import { test } from "node:test";\ntest("it holds", () => { throw new Error("it does not"); });\n';
const hasPytest = spawnSync("python3", ["-m", "pytest", "--version"]).status === 0;
const hasGo = spawnSync("go", ["version"]).status === 0;

describe("test-runner", { timeout: 60_000 }, () => {
  test("runs Node's tests and hands over a report that Holdpoint reads alike", async () => {
    const shop = workshop({ "a.test.mjs": PASSES });
    const { outcome, summary, evidence, artifacts } = await shop.attempt("test-runner");
    expect(outcome).toBe("done");
    expect(summary).toMatch(/^2 tests by node: 2 passed/);
    expect(evidence).toMatchObject({ tests_total: "2", tests_passed: "2", tests_failed: "0" });
    expect(artifacts).toEqual(["build/tests.xml"]);
    const reading = await shop.reading("build/tests.xml");
    expect([reading.anomalies, metricsOf(reading)]).toEqual([[], expect.objectContaining({ tests_passed: 2 })]);
  });

  test("says which test failed", async () => {
    const { exit, stderr, metrics } = await workshop({ "a.test.mjs": PASSES, "b.test.mjs": FAILS }).check(
      "test-runner",
    );
    expect([exit, metrics]).toEqual([1, expect.objectContaining({ tests_total: "3", tests_failed: "1" })]);
    expect(stderr).toContain("Failed: it holds");
  });

  test("prints the report alone when asked for it", async () => {
    const { exit, stdout } = await workshop({ "tests/a.test.mjs": PASSES }).check("test-runner", [
      "--report",
      "-",
      "tests",
    ]);
    expect([exit, stdout.trimStart().slice(0, 5)]).toEqual([0, "<?xml"]);
  });

  test("takes no tests for a failure", async () => {
    const none = await workshop({ "a.mjs": "" }).check("test-runner");
    expect([none.exit, none.stdout]).toEqual([2, ""]);
    expect(none.stderr).toContain("found no tests");
  });

  test("takes a test file without a test for a failure, although Node calls it passed", async () => {
    const { exit, stderr } = await workshop({ "a.test.mjs": "// later\n", "b.test.mjs": PASSES }).check("test-runner");
    expect([exit, stderr]).toEqual([1, expect.stringContaining("no test in a.test.mjs")]);
  });

  test("takes skipped tests alone for a failure", async () => {
    const skips = 'import { test } from "node:test";\ntest.skip("a", () => {});\n';
    const { exit, stderr } = await workshop({ "a.test.mjs": skips }).check("test-runner");
    expect([exit, stderr]).toEqual([1, expect.stringContaining("every test was skipped")]);
  });

  test("ends tests that take too long, and gives no number", async () => {
    const hangs =
      'import { test } from "node:test";\ntest("a", () => new Promise((done) => setTimeout(done, 60_000)));\n';
    const { exit, stdout, stderr } = await workshop({ "a.test.mjs": hangs }).check("test-runner", ["--timeout", "1"]);
    expect([exit, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("used up their time");
  });

  test("runs npm's script when the project has one, and asks Node for the report", async () => {
    const shop = workshop({ "package.json": '{"scripts":{"test":"node --test"}}', "a.test.mjs": PASSES });
    const { outcome, summary } = await shop.attempt("test-runner");
    expect([outcome, summary]).toEqual(["done", expect.stringMatching(/^2 tests by npm/)]);
  });

  test("takes a TAP report that npm's script prints", async () => {
    const script = "printf 'TAP version 13\\n1..2\\nok 1 - a\\nok 2 - b # SKIP\\n'";
    const shop = workshop({ "package.json": JSON.stringify({ scripts: { test: script } }) });
    const { exit, metrics } = await shop.check("test-runner");
    expect([exit, metrics]).toMatchObject([0, { tests_total: "2", tests_passed: "1", tests_skipped: "1" }]);
  });

  test("takes the report that the script writes, and not one that lay there before", async () => {
    const report = '<testsuite tests="1"><testcase name="a"/></testsuite>';
    const writes = { "package.json": JSON.stringify({ scripts: { test: `echo '${report}' > r.xml` } }) };
    expect((await workshop(writes).check("test-runner", ["--from", "r.xml"])).metrics).toMatchObject({
      tests_total: "1",
    });
    const stale = workshop({ "package.json": '{"scripts":{"test":"true"}}', "r.xml": report });
    const { exit, stdout, stderr } = await stale.check("test-runner", ["--from", "r.xml"]);
    expect([exit, stdout, stderr]).toEqual([2, "", expect.stringContaining("gave no report")]);
  });

  test("does not believe a report of passed cases when the runner says no", async () => {
    const script = "printf 'TAP version 13\\n1..1\\nok 1 - a\\n'; exit 3";
    const shop = workshop({ "package.json": JSON.stringify({ scripts: { test: script } }) });
    const { exit, stderr } = await shop.check("test-runner");
    expect([exit, stderr]).toEqual([1, expect.stringContaining("exited with 3")]);
  });

  test("refuses a runner that it does not know", async () => {
    expect((await workshop().check("test-runner", ["--runner", "mocha"])).exit).toBe(64);
    expect((await workshop({ "a.test.mjs": PASSES }).check("test-runner", ["--health"])).exit).toBe(0);
    expect((await workshop().check("test-runner", ["--health"])).exit).toBe(1);
  });

  test.skipIf(!hasPytest)("runs pytest", async () => {
    const shop = workshop({ "test_a.py": "def test_a():\n    assert True\n\ndef test_b():\n    assert 1 == 2\n" });
    const { exit, metrics } = await shop.check("test-runner");
    expect([exit, metrics]).toMatchObject([1, { tests_total: "2", tests_passed: "1", tests_failed: "1" }]);
    const none = await workshop({ "conftest.py": "" }).check("test-runner");
    expect(none.exit).not.toBe(0);
  });

  test.skipIf(!hasGo)("runs Go's tests and tells a package that does not build", { timeout: 240_000 }, async () => {
    const head = 'package a\n\nimport "testing"\n\n';
    const good = "func TestA(t *testing.T) {}\n\nfunc TestB(t *testing.T) { t.Skip() }\n";
    const shop = workshop({ "go.mod": "module example.org/a\n\ngo 1.20\n", "a_test.go": head + good });
    const fine = await shop.check("test-runner");
    expect([fine.exit, fine.metrics]).toMatchObject([0, { tests_total: "2", tests_skipped: "1" }]);
    expect((await shop.reading("build/tests.xml")).anomalies).toEqual([]);
    shop.write("a_test.go", `${head}func TestA(t *testing.T) { t.Nothing() }\n`);
    const broken = await shop.check("test-runner");
    expect([broken.exit, broken.metrics]).toMatchObject([1, { tests_failed: "1" }]);
  });
});
