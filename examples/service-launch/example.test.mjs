/**
 * Tries the example without Holdpoint: the checks say no to the unfinished service, the agents finish it, and then the
 * checks print what the plan asks for. Run by `node --test examples/service-launch/example.test.mjs`.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";

const COPIED = ["PLAN.md", "agents", "checks", "docs", "service", "tests"];
const folders = [];

/** A copy of the example to work in; the checks and agents never touch the original. */
function freshCopy() {
  const folder = mkdtempSync(join(tmpdir(), "service-launch-"));
  folders.push(folder);
  for (const name of COPIED) cpSync(join(import.meta.dirname, name), join(folder, name), { recursive: true });
  return folder;
}

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The checks that are first-party agents, with their arguments. */
const AGENTS = {
  secrets: ["secret-scan", "--report", "-", "service"],
  tests: ["test-runner", "--runner", "node", "--report", "-", "tests"],
  coverage: ["coverage", "--source", "service", "tests"],
};

function check(folder, name) {
  const [agent, ...args] = AGENTS[name] ?? [];
  const argv = agent ? [`agents/${agent}/${agent}.mjs`, "--check", ...args] : [`checks/${name}.mjs`];
  // Set by the test runner that runs this file.
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, argv, { cwd: folder, env, encoding: "utf8" });
  return { status, stdout };
}

/** Lets an agent work as Holdpoint would: the task as JSON on standard input, a report as JSON lines. */
function attempt(folder, agent, id, { number = 1, missing = null } = {}) {
  const input = JSON.stringify({
    schema: "holdpoint/task/v1",
    task: taskOf(id),
    plan: { path: "PLAN.md", title: "", digest: "" },
    attempt: number,
    gates: [],
    refusal: missing && { missing },
    workspace: folder,
  });
  const script = existsSync(join(folder, `agents/${agent}.mjs`)) ? `${agent}.mjs` : `${agent}/${agent}.mjs`;
  const { status, stdout } = spawnSync(process.execPath, [`agents/${script}`], {
    cwd: folder,
    input,
    encoding: "utf8",
  });
  assert.equal(status, 0);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

/** A step has its number in the title, and a key that nobody can guess. */
function taskOf(id) {
  const task = { key: id, id, title: "", line: 1, kind: "task", owners: [] };
  return /^\d/.test(id) ? { ...task, key: "0123456789ab", id: null, title: `Step ${id}: a title`, kind: "step" } : task;
}

function done(folder, agent, id, options) {
  const report = attempt(folder, agent, id, options);
  assert.equal(report.type, "result");
  assert.equal(report.outcome, "done", report.summary);
  return report.summary;
}

const metricIn = (text, name) => new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1];

/** Covered lines and all lines, as a reader of the report counts them. */
function coverageOf(folder) {
  const counts = readFileSync(join(folder, "build/lcov.info"), "utf8").match(/^DA:\d+,\d+/gm) ?? [];
  return { covered: counts.filter((line) => !line.endsWith(",0")).length, lines: counts.length };
}

describe("the unfinished service", () => {
  const folder = freshCopy();

  test("fails every smoke check", () => {
    const { status, stdout } = check(folder, "smoke");
    assert.equal(status, 1);
    assert.equal(stdout.match(/^not ok/gm).length, 6);
  });

  test("has a credential in its source, which the report does not repeat", () => {
    const { status, stdout } = check(folder, "secrets");
    const [run] = JSON.parse(stdout).runs;
    assert.equal(status, 1);
    assert.equal(run.results.length, 1);
    assert.equal(run.results[0].locations[0].physicalLocation.artifactLocation.uri, "service/config.mjs");
    assert.ok(!stdout.includes("not-for-launch"));
  });

  test("counts modules that no test loads as not covered", () => {
    assert.equal(check(folder, "coverage").status, 0);
    const report = readFileSync(join(folder, "build/lcov.info"), "utf8");
    assert.match(report, /SF:service\/server\.mjs\nDA:1,0\n/);
    assert.ok(!report.includes("SF:tests/"));
    assert.deepEqual(coverageOf(folder), { covered: 36, lines: 78 });
  });

  test("gives no number for load and health before there is a profile and probes", () => {
    for (const name of ["load", "health"]) assert.deepEqual(check(folder, name), { status: 1, stdout: "" });
  });

  test("is down for the probes, and every request of the load fails", () => {
    done(folder, "reliability", "3.2");
    done(folder, "reliability", "3.3");
    const health = check(folder, "health");
    assert.equal(health.status, 1);
    assert.equal(metricIn(health.stdout, "service_health"), "down");
    assert.equal(metricIn(check(folder, "load").stdout, "load_error_rate"), "100.00%");
  });

  test("does not describe all of its routes, although the plan ticks that", () => {
    assert.match(readFileSync(join(folder, "PLAN.md"), "utf8"), /^- \[x\] Documented routes: >=95%$/m);
    assert.equal(check(folder, "contract").stdout, "documented_routes=80%\n");
  });
});

test("the machine is found ready by a first-party agent", () => {
  assert.match(done(freshCopy(), "environment-check", "ENV-01"), /^3 of 3 requirements hold/);
});

test("the plan asks for as many cases as there are", () => {
  const plan = readFileSync(join(import.meta.dirname, "PLAN.md"), "utf8");
  assert.match(plan, /unit_tests: "27\/27 passing"/);
  assert.match(plan, /Smoke checks: 6\/6 passing/);
});

describe("the service that the agents finished", () => {
  const folder = freshCopy();
  done(folder, "platform", "LNK-01");
  done(folder, "build", "LNK-02");
  done(folder, "build", "LNK-03");
  done(folder, "platform", "LNK-04");
  done(folder, "build", "LNK-05");

  test("passes its smoke checks", () => {
    const { status, stdout } = check(folder, "smoke");
    assert.equal(status, 0);
    assert.equal(stdout.match(/^ok \d+ - /gm).length, 6);
  });

  test("takes its numbers from the plan", () => {
    assert.match(readFileSync(join(folder, "service/limits.mjs"), "utf8"), /linksPerMinute: 30,/);
  });

  test("has no credential left, in a report of a scanner that proves that it ran", () => {
    done(folder, "security", "2.1");
    const { status, stdout } = check(folder, "secrets");
    const [run] = JSON.parse(stdout).runs;
    assert.equal(status, 0);
    assert.deepEqual(run.results, []);
    assert.equal(run.invocations[0].executionSuccessful, true);
    assert.ok(run.tool.driver.rules.length > 0);
    assert.equal(run.artifacts.length, 8);
    assert.match(readFileSync(join(folder, "service/config.mjs"), "utf8"), /process\.env\.LINKS_ADMIN_TOKEN/);
  });

  test("is tested too little after the first attempt", () => {
    done(folder, "quality", "3.1");
    assert.equal(check(folder, "tests").stdout.match(/<testcase /g).length, 20);
    assert.equal(check(folder, "coverage").status, 0);
    assert.deepEqual(coverageOf(folder), { covered: 198, lines: 319 });
  });

  test("is tested enough once a refusal said what is missing", () => {
    const missing = [
      {
        gate: "3.1/line_coverage",
        metric: "line_coverage",
        text: ">=90%",
        verdict: "fail",
        reason: "violated",
        explanation: "line_coverage is below 90 %",
      },
    ];
    assert.match(done(folder, "quality", "3.1", { number: 2, missing }), /: server$/);
    const tests = check(folder, "tests");
    assert.equal(tests.status, 0);
    assert.equal(tests.stdout.match(/<testcase /g).length, 27);
    assert.equal(check(folder, "coverage").status, 0);
    assert.deepEqual(coverageOf(folder), { covered: 302, lines: 319 });
  });

  test("stands the load", () => {
    done(folder, "reliability", "3.2");
    const { status, stdout } = check(folder, "load");
    assert.equal(status, 0);
    assert.match(metricIn(stdout, "load_p95"), /^\d+\.\dms$/);
    assert.ok(Number.parseFloat(metricIn(stdout, "load_p95")) < 250);
    assert.equal(metricIn(stdout, "load_error_rate"), "0.00%");
    assert.ok(Number.parseFloat(metricIn(stdout, "load_rate")) >= 40);
  });

  test("is operational", () => {
    done(folder, "reliability", "3.3");
    const { status, stdout } = check(folder, "health");
    assert.equal(status, 0);
    assert.equal(metricIn(stdout, "service_health"), "operational");
  });

  test("is opened only as the candidate that was sealed", () => {
    done(folder, "release", "4.1");
    done(folder, "release", "4.2");
    const rollout = JSON.parse(readFileSync(join(folder, "release/rollout.json"), "utf8"));
    assert.equal(rollout.traffic, "open");
    rmSync(join(folder, "release/rollout.json"));
    cpSync(join(folder, "service/codes.mjs"), join(folder, "service/quota.mjs"));
    assert.match(attempt(folder, "release", "4.2").summary, /service\/quota\.mjs/);
    assert.equal(existsSync(join(folder, "release/rollout.json")), false);
  });
});

test("an agent that is given a task it does not know says so", () => {
  const folder = freshCopy();
  assert.equal(attempt(folder, "release", "LNK-01").outcome, "failed");
});
