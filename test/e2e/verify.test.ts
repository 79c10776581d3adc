import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { afterAll, describe, expect, type TestContext, test } from "vitest";
import { BIN } from "./built-cli.ts";
import { closeTemplate, openWorkshop, type Workshop } from "./workshop.ts";

afterAll(closeTemplate);

async function open(context: TestContext, files: Readonly<Record<string, string>>): Promise<Workshop> {
  const shop = await openWorkshop(files);
  context.onTestFinished(() => shop.close());
  return shop;
}

/** A plan with one gate and the check that measures it. */
function plan(gate: string, check: string, severity = "critical"): string {
  const block = `quality_gates:\n  - {name: size, threshold: "${gate}", severity: ${severity}}\nchecks:\n  - "${check}"`;
  return `# Plan\n\n## Phase 1: Build\n\n- [x] T-1 Do it\n\n\`\`\`yaml\n${block}\n\`\`\`\n`;
}

describe.concurrent("holdpoint verify", { timeout: 120_000 }, () => {
  test("runs nothing without consent, lists what it would run, and ends with 2", async (context) => {
    const { call, has } = await open(context, { "PLAN.md": plan(">=3", "touch ran; echo size=5") });
    const { code, out } = await call("verify", "PLAN.md");
    expect(code).toBe(2);
    expect(out).toContain("touch ran; echo size=5");
    expect(has("ran")).toBe(false);
  });

  test("passes on a fresh measurement and prints one object on standard output", async (context) => {
    const { json } = await open(context, { "PLAN.md": plan(">=3", "echo size=5") });
    const { code, report, err } = await json("verify", "PLAN.md", "--trust");
    expect(code).toBe(0);
    expect(report.gates.map(({ verdict, freshness, tier }) => [verdict, freshness, tier])).toEqual([
      ["pass", "fresh", "E2"],
    ]);
    expect(report.checks).toMatchObject([{ command: "echo size=5", outcome: "ok", exitCode: 0 }]);
    expect(report.items.find(({ key }) => key === "T-1")).toMatchObject({ claimed: "done", verified: "open" });
    expect(err).toContain("Claimed");
  });

  test("ends with 1 for a critical gate that fails, and with 0 when only an important one does", async (context) => {
    const { call, write } = await open(context, { "PLAN.md": plan(">=3", "echo size=2") });
    expect((await call("verify", "PLAN.md", "--trust")).code).toBe(1);
    write("PLAN.md", plan(">=3", "echo size=2", "important"));
    expect((await call("verify", "PLAN.md", "--trust")).code).toBe(0);
  });

  test("ends with 2 for a check that says nothing, for one that exits otherwise, and for a plan without gates", async (context) => {
    const { call, json, write } = await open(context, { "PLAN.md": plan(">=3", "true") });
    expect((await call("verify", "PLAN.md", "--trust")).code).toBe(2);
    write("PLAN.md", plan(">=3", "echo size=5; exit 3"));
    const { code, report } = await json("verify", "PLAN.md", "--trust");
    expect([code, report.gates[0]?.verdict, report.gates[0]?.reason]).toEqual([2, "inconclusive", "source_error"]);
    write("PLAN.md", "# Plan\n\n- [x] T-1 Do it\n");
    expect((await call("verify", "PLAN.md", "--trust")).code).toBe(2);
  });

  test("does not let old evidence speak for a folder that has changed", async (context) => {
    const { json, write } = await open(context, { "PLAN.md": plan(">=3", "echo size=5"), "a.txt": "one" });
    expect((await json("verify", "PLAN.md", "--trust")).code).toBe(0);
    expect((await json("verify", "PLAN.md")).report.gates[0]).toMatchObject({ verdict: "pass", freshness: "fresh" });
    write("a.txt", "two");
    const { code, report } = await json("verify", "PLAN.md");
    expect(code).toBe(2);
    expect(report.gates[0]).toMatchObject({ verdict: "inconclusive", reason: "stale_subject" });
  });

  test("does not believe a check that changes the folder while it runs", async (context) => {
    const { json } = await open(context, { "PLAN.md": plan(">=3", "date +%N > now.txt; echo size=5") });
    const { code, report } = await json("verify", "PLAN.md", "--trust");
    expect([code, report.gates[0]?.reason]).toEqual([2, "stale_subject"]);
    expect(report.checks[0]?.anomalies).toContain("tree_changed");
  });

  test("judges the other gates when a check's folder is not there", async (context) => {
    const sidecar = [
      "holdpoint: sidecar/v1",
      "checks:",
      "  - { id: away, run: echo size=5, cwd: not/here }",
      "gates:",
      "  size: { check: away }",
    ];
    const files = { "PLAN.md": plan(">=3", "echo speed=7"), "PLAN.holdpoint.yaml": sidecar.join("\n") };
    const { json } = await open(context, files);
    const { code, report } = await json("verify", "PLAN.md", "--trust");
    expect([code, report.gates[0]?.verdict]).toEqual([2, "inconclusive"]);
    expect(report.checks.map(({ outcome }) => outcome)).toEqual(["not_started", "ok"]);
  });

  test("holds to what the trust file pins: a script that changes must be agreed to again", async (context) => {
    const { call, json, write } = await open(context, {
      "PLAN.md": plan(">=3", "sh check.sh"),
      "check.sh": "echo size=5\n",
    });
    expect((await call("trust", "PLAN.md", "--yes")).code).toBe(0);
    expect((await call("verify", "PLAN.md")).code).toBe(0);
    write("check.sh", "echo size=6\n");
    const { code, report } = await json("verify", "PLAN.md");
    expect([code, report.notAllowed.map(({ command }) => command)]).toEqual([2, ["sh check.sh"]]);
    expect(report.checks).toEqual([]);
  });

  test("judges only what --only names: a gate, an item by key or id, several of them", async (context) => {
    const checks = `\`\`\`yaml\nquality_gates:\n  good: ">=3"\nchecks:\n  - "echo good=5"\n\`\`\`\n`;
    const text = `# Plan\n\n## Phase 1: One\n\n- [ ] T-1 Do it\n\n${checks}\n## Phase 2: Two\n\n- [ ] T-2 More\n\n${checks.replaceAll("good", "bad").replace("bad=5", "bad=1")}`;
    const { json, call } = await open(context, { "PLAN.md": text });
    const inspected = JSON.parse((await call("inspect", "PLAN.md", "--json")).out) as {
      gates: { key: string; metric: string }[];
      items: { key: string; title: string }[];
    };
    const good = inspected.gates.find(({ metric }) => metric === "good")?.key ?? "";
    const phase = inspected.items.find(({ title }) => title.includes("Two"))?.key ?? "";
    const one = await json("verify", "PLAN.md", "--trust", "--only", good);
    // The other gate has no evidence yet, and counts.
    expect([one.code, one.report.gates.map(({ metric }) => metric)]).toEqual([2, ["good"]]);
    expect(one.report.leftOut).toMatchObject({ gates: 1, failed: [], unproven: [expect.any(String)] });
    expect(one.err).toMatch(/1 of the 1 gate that --only left out\s+is not proven yet, so the exit code is 2\./);
    expect(one.report.checks.map(({ command }) => command)).toEqual(["echo good=5"]);
    const other = await json("verify", "PLAN.md", "--trust", "--only", phase);
    expect([other.code, other.report.gates.map(({ metric }) => metric)]).toEqual([1, ["bad"]]);
    const again = await json("verify", "PLAN.md", "--trust", "--only", good);
    expect([again.code, again.report.leftOut.failed.length]).toEqual([1, 1]);
    const both = await json("verify", "PLAN.md", "--trust", "--only", good, "--only", phase);
    expect([both.code, both.report.gates.length, both.report.leftOut.gates]).toEqual([1, 2, 0]);
    expect((await call("verify", "PLAN.md", "--trust", "--only", "nothing-like-it")).code).toBe(64);
  });

  test("ends with 0 under --only when earlier evidence opens the rest, and with 2 once that is stale", async (context) => {
    const gates = `\`\`\`yaml\nquality_gates:\n  one: "1"\n  two: "2"\nchecks:\n  - "echo one=1"\n  - "echo two=2"\n\`\`\`\n`;
    const { json, write } = await open(context, { "PLAN.md": `# Plan\n\n## Phase 1: One\n\n${gates}` });
    const all = await json("verify", "PLAN.md", "--trust");
    const key = all.report.gates.find(({ metric }) => metric === "one")?.key ?? "";
    expect((await json("verify", "PLAN.md", "--trust", "--only", key)).code).toBe(0);
    write("changed.txt", "another tree\n");
    const stale = await json("verify", "PLAN.md", "--trust", "--only", key);
    expect([stale.code, stale.report.leftOut.unproven.length]).toEqual([2, 1]);
  });

  test("prints JSON lines with --events, the last of them the object", async (context) => {
    const { call } = await open(context, { "PLAN.md": plan(">=3", "echo size=5") });
    const { code, out } = await call("verify", "PLAN.md", "--trust", "--events");
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    expect(lines.slice(0, -1).map((line) => line["type"])).toContain("gate.judged");
    expect(lines.at(-1)?.["schema"]).toBe("holdpoint/verification/v1");
  });

  test("ends with 64, 65 and 69 for a wrong call, no plan and no database", async (context) => {
    const { call, start, write } = await open(context, { "PLAN.md": plan(">=3", "echo size=5") });
    expect((await call("verify")).code).toBe(64);
    expect((await call("verify", "PLAN.md", "--no-such-option")).code).toBe(64);
    expect((await call("verify", "MISSING.md")).code).toBe(65);
    write("BINARY.md", "\0\u0001\u0002\0");
    expect((await call("verify", "BINARY.md")).code).toBe(65);
    const away = await start(["verify", "PLAN.md"], { DATABASE_URL: "postgres://nobody@127.0.0.1:9/none" }).ended;
    expect([away.code, away.err.includes("HP6010")]).toEqual([69, true]);
  });
});

describe.skipIf(!existsSync("/usr/bin/script"))("on a terminal", () => {
  test.for([
    ["y", 0],
    ["n", 2],
  ] as const)("holdpoint verify asks before it runs anything: %s ends with %i", async ([answer, code], context) => {
    const { dir } = await open(context, { "PLAN.md": plan(">=3", "echo size=5") });
    const home = `${dir}-home`;
    const adopted = { HOLDPOINT_ADOPT_DATABASE: `${dir}/.holdpoint/pg` };
    const env = { PATH: process.env["PATH"] ?? "", XDG_CONFIG_HOME: home, TERM: "dumb", HOME: home, ...adopted };
    const line = `${process.execPath} ${BIN} verify PLAN.md`;
    const ended = spawnSync("script", ["-qec", line, "/dev/null"], {
      cwd: dir,
      env,
      input: `${answer}\n`,
      encoding: "utf8",
    });
    expect([ended.stdout.includes("echo size=5"), ended.stdout.includes("Run them?"), ended.status]).toEqual([
      true,
      true,
      code,
    ]);
  });
});
