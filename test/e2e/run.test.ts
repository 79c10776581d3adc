import { readdirSync, rmSync } from "node:fs";
import { afterAll, describe, expect, type TestContext, test } from "vitest";
import { agent, closeTemplate, openWorkshop, type Verification, type Workshop } from "./workshop.ts";

afterAll(closeTemplate);

async function open(context: TestContext, files: Readonly<Record<string, string>>): Promise<Workshop> {
  const shop = await openWorkshop(files);
  context.onTestFinished(() => shop.close());
  return shop;
}

/** A block with gates by metric and threshold, and checks. */
function block(gates: Readonly<Record<string, string>>, ...checks: readonly string[]): string {
  const lines = Object.entries(gates).map(([metric, threshold]) => `  ${metric}: "${threshold}"`);
  const commands = checks.map((check) => `  - ${JSON.stringify(check)}`);
  return ["", "```yaml", "quality_gates:", ...lines, "checks:", ...commands, "```", ""].join("\n");
}

/** A criterion on the task above it, as an indented box with a threshold. */
const LINES = block({ lines: ">=2" }, "echo lines=$(cat work.txt 2>/dev/null | wc -l)");
const STEPS = `# Plan\n\n## Step 1: Write\n${LINES}`;

const listing = (dir: string): string => readdirSync(dir, { recursive: true, encoding: "utf8" }).toSorted().join("\n");
const outcomes = (report: Verification): readonly string[] =>
  (report.work?.attempts ?? []).map(({ agent: name, attempt, outcome }) => `${name} ${attempt} ${outcome}`);

describe.concurrent("holdpoint run", { timeout: 120_000 }, () => {
  test("refuses an attempt that its gate does not bear out, says what is missing, and accepts the next", async (context) => {
    const work =
      "cat > told.json; echo line >> work.txt; grep -q Lines told.json && echo line >> work.txt; rm told.json";
    const { json, git, read } = await open(context, { "PLAN.md": STEPS, ...agent("writer", work) });
    git();
    const { code, report } = await json("run", "PLAN.md", "--trust");
    expect(outcomes(report)).toEqual(["writer 1 refused", "writer 2 accepted"]);
    expect([code, read("work.txt")]).toEqual([0, "line\nline\n"]);
    expect(report.gates[0]?.turns.map(({ verdict }) => verdict)).toEqual(["fail", "pass"]);
  });

  test("runs nothing without consent, and does not count that against the work", async (context) => {
    const text = `# Plan\n\n## Step 1: Write ✅\n${block({ lines: ">=2" }, "echo lines=2")}`;
    const { json, has } = await open(context, { "PLAN.md": text, ...agent("writer", "touch ran.txt") });
    const first = await json("run", "PLAN.md");
    expect([first.code, first.report.work?.attempts, has("ran.txt")]).toEqual([2, [], false]);
    expect(first.report.notAllowed.map(({ command }) => command)).toEqual([
      "echo lines=2",
      expect.stringContaining("touch ran.txt"),
    ]);
    const second = await json("run", "PLAN.md", "--trust");
    expect([second.code, second.report.work?.attempts, has("ran.txt")]).toEqual([0, [], false]);
  });

  test("holds reported work whose check may not run, without counting the try", async (context) => {
    const { call, json, write } = await open(context, {
      "PLAN.md": STEPS,
      ...agent("writer", "printf 'a\\nb\\n' > work.txt"),
    });
    const { code } = await call("trust", "PLAN.md", "--yes");
    expect(code).toBe(0);
    const other = STEPS.replace("echo lines", "echo  lines");
    write("PLAN.md", other);
    const { report } = await json("run", "PLAN.md");
    expect(outcomes(report)).toEqual(["writer 1 held"]);
    const after = await json("run", "PLAN.md", "--trust");
    expect([after.code, after.report.work?.tasks.accepted]).toEqual([0, 1]);
  });

  test("lets a task without an agent wait and says so", async (context) => {
    const text = "# Plan\n\n- [ ] T-1 Do it @dba\n- [ ] T-2 More @ops\n";
    const { json } = await open(context, { "PLAN.md": text, ...agent("worker", "true", "ops") });
    const { code, report } = await json("run", "PLAN.md", "--trust");
    expect(code).toBe(2);
    expect(report.work?.waitsFor).toMatchObject([{ kind: "agent" }]);
    expect(report.work?.waitsFor[0]?.what).toContain("dba");
  });

  test("ends with 1 when a task is out of tries", async (context) => {
    const { json } = await open(context, { "PLAN.md": STEPS, ...agent("writer", "exit 4") });
    const { code, report } = await json("run", "PLAN.md", "--trust");
    expect([code, report.work?.tasks.dead]).toEqual([1, 1]);
    expect(outcomes(report)).toEqual(["writer 1 failed", "writer 2 failed", "writer 3 failed"]);
  });

  test("does not begin a phase while a critical gate before it is shut, also one that was open in an earlier run", async (context) => {
    const gate = block({ size: ">=2" }, "echo size=$(cat size.txt)");
    const text = `# Plan\n\n## Phase 1: One\n\n- [ ] T-1 First @alpha\n${gate}\n## Phase 2: Two\n\n- [ ] T-2 Second @beta\n`;
    const { json, has, write } = await open(context, {
      "PLAN.md": text,
      "size.txt": "1\n",
      ...agent("one", "touch first.txt", "alpha"),
    });
    const shut = await json("run", "PLAN.md", "--trust");
    expect([shut.code, has("first.txt"), shut.report.work?.waitsFor[0]?.kind]).toEqual([1, true, "gate"]);
    write("size.txt", "2\n");
    const opened = await json("run", "PLAN.md", "--trust");
    expect([opened.code, opened.report.work?.waitsFor[0]?.kind]).toEqual([0, "agent"]);
    write("size.txt", "1\n");
    write("agents/two.yaml", "name: two\ncapabilities: [beta]\ncommand: touch second.txt\n");
    const again = await json("run", "PLAN.md", "--trust");
    expect([again.code, has("second.txt")]).toEqual([1, false]);
    write("size.txt", "3\n");
    const done = await json("run", "PLAN.md", "--trust");
    expect([done.code, has("second.txt"), done.report.work?.tasks.accepted]).toEqual([0, true, 2]);
  });

  test("stays with --wait for a window that only time can fill", async (context) => {
    // Slots of 2 s, so that a slow machine looks into each.
    const text = `# Plan\n\n## Step 1: Soak\n${block({ soak: "8s validation" }, "echo soak=true")}`;
    const { json } = await open(context, { "PLAN.md": text, ...agent("worker", "true") });
    const at = await json("run", "PLAN.md", "--trust", "--no-write-back");
    expect([at.code, at.report.gates[0]?.reason]).toEqual([2, "window_incomplete"]);
    expect(at.report.work?.waitsFor).toMatchObject([{ kind: "time" }]);
    const waited = await json("run", "PLAN.md", "--trust", "--no-write-back", "--wait", "60s");
    expect([waited.code, waited.report.gates[0]?.verdict]).toEqual([0, "pass"]);
  });

  test("gives one of two attempts that do not fit together back to be done again", async (context) => {
    const text = "# Plan\n\n## Phase 1: Both (parallel)\n\n- [ ] [P] T-1 Left\n- [ ] [P] T-2 Right\n";
    const meet = 'echo $HOLDPOINT_TASK >> list.txt; [ "$HOLDPOINT_ATTEMPT" = 1 ] && sleep 1; true';
    const { json, git, read } = await open(context, { "PLAN.md": text, ...agent("one", meet), ...agent("two", meet) });
    git();
    const { report } = await json("run", "PLAN.md", "--trust");
    expect([...outcomes(report)].map((line) => line.split(" ").slice(1).join(" ")).sort()).toEqual([
      "1 accepted",
      "1 handed_back",
      "2 accepted",
    ]);
    expect(read("list.txt").trim().split("\n").sort()).toEqual(["T-1", "T-2"]);
  });

  test("refuses an attempt that touches the sidecar, or what the plan demands", async (context) => {
    const sidecar = "printf 'holdpoint: sidecar/v1\\n' > PLAN.holdpoint.yaml; printf 'a\\n' > work.txt";
    const softer = "sed -i 's/>=2/>=1/' PLAN.md; printf 'a\\nb\\n' > work.txt";
    const honest = "printf 'a\\nb\\n' > work.txt; sed -i 's/^# Plan/# Plan (in work)/' PLAN.md";
    const work = `case $HOLDPOINT_ATTEMPT in 1) ${sidecar};; 2) ${softer};; 3) ${honest};; esac`;
    const { json, git, read, has } = await open(context, {
      "PLAN.md": STEPS.replace("wc -l)", "wc -l || true)"),
      ...agent("writer", work),
    });
    git();
    const { report } = await json("run", "PLAN.md", "--trust");
    expect(outcomes(report)).toEqual(["writer 1 refused", "writer 2 refused", "writer 3 accepted"]);
    expect(report.work?.attempts[1]?.summary).toContain("what the plan demands");
    expect([has("PLAN.holdpoint.yaml"), read("PLAN.md").includes(">=2")]).toEqual([false, true]);
  });

  test("holds an attempt that changed the script that judges it, and shows which", async (context) => {
    const text = `# Plan\n\n## Step 1: Write\n${block({ lines: ">=2" }, "sh check.sh")}`;
    const { json, git } = await open(context, {
      "PLAN.md": text,
      "check.sh": "echo lines=1\n",
      ...agent("writer", "echo echo lines=9 > check.sh"),
    });
    git();
    const { code, report } = await json("run", "PLAN.md", "--trust");
    expect([code, outcomes(report)]).toEqual([1, ["writer 1 held"]]);
    expect(report.checks.flatMap(({ anomalies }) => anomalies)).toContain(
      "check.sh was changed by the attempt that it judges",
    );
  });

  test("ticks what was accepted in the document as it is by then, and only that", async (context) => {
    const text = "# Plan\n\n- [ ] T-1 Do it\n- [ ] T-2 Nobody does this @nobody\n";
    const worker =
      "name: worker\ncapabilities: [t-1]\nworkspace: shared\ncommand: touch began; while [ ! -e go ]; do sleep 0.02; done\n";
    const { start, read, write } = await open(context, { "PLAN.md": text, "agents/worker.yaml": worker });
    const going = start(["run", "PLAN.md", "--trust", "--json"]);
    await going.exists("began");
    write("PLAN.md", `${text.replace("does", "will do")}Added meanwhile.\n`);
    write("go", "");
    const report: Verification = JSON.parse((await going.ended).out);
    expect(report.work?.writtenBack).toMatchObject([{ line: 3, claimed: "done" }]);
    expect(read("PLAN.md")).toBe(
      "# Plan\n\n- [x] T-1 Do it\n- [ ] T-2 Nobody will do this @nobody\nAdded meanwhile.\n",
    );
  });

  test("leaves the document alone with --no-write-back, and everything with --dry-run", async (context) => {
    const text = "# Plan\n\n- [ ] T-1 Do it\n";
    const { call, read, has, dir } = await open(context, { "PLAN.md": text, ...agent("worker", "touch ran.txt") });
    rmSync(`${dir}/.holdpoint`, { recursive: true });
    const before = listing(dir);
    const dry = await call("run", "PLAN.md", "--dry-run", "--scratch");
    expect([dry.code, dry.out.includes("worker"), listing(dir)]).toEqual([0, true, before]);
    const steps = JSON.parse((await call("run", "PLAN.md", "--dry-run", "--json")).out) as { schema: string };
    expect([steps.schema, has(".holdpoint")]).toEqual(["holdpoint/dry-run/v1", false]);
    expect((await call("run", "PLAN.md", "--trust", "--no-write-back")).code).toBe(2);
    expect([read("PLAN.md"), has("ran.txt")]).toEqual([text, true]);
  });

  test("works in a copy with --scratch and leaves the folder as it is", async (context) => {
    const text = `# Plan\n\n## Step 1: Write\n${block({ lines: ">=2" }, "sh count.sh")}`;
    const { call, read, has } = await open(context, {
      "PLAN.md": text,
      "count.sh": "echo lines=$(cat work.txt | wc -l)\n",
      ...agent("writer", "printf 'a\\nb\\n' > work.txt"),
    });
    expect((await call("trust", "PLAN.md", "--yes")).code).toBe(0);
    expect((await call("run", "PLAN.md", "--scratch")).code).toBe(0);
    expect([has("work.txt"), read("PLAN.md"), has(".holdpoint/report.html")]).toEqual([false, text, true]);
  });

  test("prints JSON lines with --events, the last of them the object", async (context) => {
    const { call } = await open(context, { "PLAN.md": STEPS, ...agent("writer", "printf 'a\\nb\\n' > work.txt") });
    const { code, out } = await call("run", "PLAN.md", "--trust", "--events");
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    expect(lines.map((line) => line["type"])).toEqual(
      expect.arrayContaining(["run.started", "attempt.started", "gate.judged"]),
    );
    expect(lines.at(-1)).toMatchObject({ schema: "holdpoint/verification/v1", command: "run" });
  });
});
