import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../commands/run.ts";
import { run as verify } from "../commands/verify.ts";
import { type Bench, openBench, outcomes, plan, worker } from "./run-bench.testing.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(undefined);
});
afterAll(() => server.stop());

const bench = async (files: Readonly<Record<string, string>>, git = false): Promise<Bench> =>
  openBench(files, await server.migratedDatabase(), git);

describe("run", () => {
  test("merges what was accepted, and shows the verdicts that turned", async () => {
    const work = "echo line >> work.txt; [ $HOLDPOINT_ATTEMPT = 1 ] || echo line >> work.txt";
    const files = {
      "PLAN.md": plan("lines", ">=2", "echo lines=$(cat work.txt 2>/dev/null | wc -l)"),
      ...worker(work),
    };
    const { folder, run: go } = await bench(files, true);
    const { code, report, err } = await go();
    expect([code, outcomes(report)]).toEqual([0, ["refused", "accepted"]]);
    expect(readFileSync(folder.path("work.txt"), "utf8")).toBe("line\nline\n");
    expect(report.gates[0]?.turns.map(({ verdict }) => verdict)).toEqual(["fail", "pass"]);
    expect(err).toContain("refused");
  });

  test("measures each attempt in its own workspace, and the plan's folder for itself", async () => {
    const { run: go } = await bench({ "PLAN.md": plan("lines", ">=2", "echo lines=1"), ...worker("true") }, true);
    const { code, report } = await go();
    expect([code, report.work?.tasks.dead, report.checks.length]).toEqual([1, 1, 4]);
  });

  test("looks again in the next run at what failed, also when no file changed", async () => {
    const { folder, run: go } = await bench({
      "PLAN.md": plan("size", ">=2", 'echo size=$(cat "$(dirname "$PWD")/size")'),
    });
    writeFileSync(`${folder.dir}/../size`, "1\n");
    const before = await go();
    writeFileSync(`${folder.dir}/../size`, "2\n");
    const after = await go();
    expect([before.code, before.report.gates[0]?.verdict]).toEqual([1, "fail"]);
    expect([after.code, after.report.gates[0]?.verdict]).toEqual([0, "pass"]);
  });

  test("asks nothing again of evidence that is still fresh and opens its gate", async () => {
    const { run: go } = await bench({ "PLAN.md": plan("size", ">=2", "echo size=2") });
    await go();
    const { code, report } = await go();
    expect([code, report.checks]).toEqual([0, []]);
  });

  test("refuses an attempt whose working tree is gone", async () => {
    const gate = plan("approval", "1 of editor");
    const { folder, run: go } = await bench({ "PLAN.md": gate, ...worker("echo x > x.txt") }, true);
    expect(outcomes((await go()).report)).toEqual(["held"]);
    rmSync(`${folder.home}-state`, { recursive: true });
    const { report } = await go();
    expect([outcomes(report), existsSync(folder.path("x.txt"))]).toEqual([["held"], false]);
    expect(report.work?.attempts[0]?.attempt).toBe(2);
  });

  test("leaves working trees that another plan of the folder still holds", async () => {
    const gate = plan("approval", "1 of editor");
    const {
      folder,
      env,
      run: go,
    } = await bench({ "PLAN.md": gate, "OTHER.md": "# Other\n\n- [ ] T-1 Do\n", ...worker("true") }, true);
    await go();
    expect((await folder.call(run, ["OTHER.md"], { trust: true, json: true }, env)).code).toBe(2);
    expect((await go()).report.work?.attempts).toEqual([]);
  });

  test("clears what a killed run left half written beside the files", async () => {
    const { folder, run: go } = await bench({ "PLAN.md": "# Plan\n\n- [ ] T-1 Do it\n", ...worker("true") }, true);
    mkdirSync(folder.path("sub"));
    folder.write("sub/.holdpoint-999999999.tmp", "half");
    folder.write(`.holdpoint-${process.pid}.tmp`, "of a living process");
    folder.write("PLAN.md.holdpoint-new", "half");
    await go();
    const left = ["sub/.holdpoint-999999999.tmp", `.holdpoint-${process.pid}.tmp`, "PLAN.md.holdpoint-new"];
    expect(left.map((name) => existsSync(folder.path(name)))).toEqual([false, true, false]);
  });

  test("takes an agent that never comes up for one that is not there", async () => {
    const { run: go } = await bench({
      "PLAN.md": "# Plan\n\n- [ ] T-1 Do it\n",
      ...worker("true", "health: exit 3\n"),
    });
    const { code, report } = await go();
    expect([code, report.work?.waitsFor[0]?.kind]).toEqual([2, "agent"]);
  });

  test("gives no work to an agent whose command the user has not agreed to", async () => {
    const text = "# Plan\n\n- [ ] T-1 Do it @worker\n";
    const { run: go } = await bench({ "PLAN.md": text, ...worker("touch ran.txt") });
    const { code, report } = await go({});
    expect([code, report.work?.attempts, report.notAllowed.length]).toEqual([2, [], 1]);
    expect(report.work?.waitsFor[0]).toMatchObject({ kind: "person", next: "holdpoint trust PLAN.md --yes" });
  });

  test("keeps what an agent handed over as its own word, and goes on when it cannot be read", async () => {
    const says = [
      `echo '{"type":"evidence","metric":"size","value":3}'`,
      "echo '<testsuite' > r.xml",
      `echo '{"type":"artifact","path":"r.xml","reader":"no-such-reader"}'`,
    ].join("; ");
    const sidecar = "holdpoint: sidecar/v1\ngates:\n  size: { minTier: E0 }\n";
    const files = {
      "PLAN.md": plan("size", ">=2"),
      "PLAN.holdpoint.yaml": sidecar,
      ...worker(says, "workspace: shared\n"),
    };
    const { run: go } = await bench(files);
    const { report } = await go({ trust: true, writeBack: false });
    expect(report.work?.attempts.length).toBeGreaterThan(0);
    expect(report.checks).toEqual([]);
  });

  test("says that nothing was written back when the document cannot be read any more", async () => {
    const wait = "touch began; while [ ! -e go ]; do sleep 0.02; done";
    const files = { "PLAN.md": "# Plan\n\n- [ ] T-1 Do it\n", ...worker(wait, "workspace: shared\n") };
    const { folder, run: go } = await bench(files);
    const going = go();
    while (!existsSync(folder.path("began"))) await new Promise((resolve) => setTimeout(resolve, 10));
    rmSync(folder.path("PLAN.md"));
    writeFileSync(folder.path("go"), "");
    const { code, err, report } = await going;
    expect([code, report.work?.writtenBack]).toEqual([2, []]);
    expect(err).toContain("Nothing was written back to PLAN.md");
  });

  test("shows a dry run to people and as an object", async () => {
    const { folder } = await bench({ "PLAN.md": plan("size", ">=2", "echo size=2"), ...worker("true") });
    const people = await folder.call(run, ["PLAN.md"], { dryRun: true });
    const object = await folder.call(run, ["PLAN.md"], { dryRun: true, events: true });
    expect([people.code, people.out.includes("worker")]).toEqual([0, true]);
    expect(JSON.parse(object.out)).toMatchObject({ schema: "holdpoint/dry-run/v1" });
  });

  test("refuses a time to wait that is none", async () => {
    const { folder } = await bench({ "PLAN.md": "# Plan\n" });
    expect((await folder.call(run, ["PLAN.md"], { wait: "soon" })).code).toBe(64);
  });
});

describe("verify", () => {
  test("tells evidence that an earlier call produced without isolation", async () => {
    const { verify: look } = await bench({ "PLAN.md": plan("size", ">=2", "echo size=2") });
    const { report } = await look();
    expect(["full", "none"]).toContain(report.isolation.level);
    expect((await look({})).report.isolation.level).toBe(report.isolation.level);
  });

  test("makes a check that cannot be started evidence, and judges the rest", async () => {
    const sidecar =
      "holdpoint: sidecar/v1\nchecks:\n  - { id: c, run: echo size=2, cwd: nowhere }\ngates:\n  size: { check: c }\n";
    const { verify: look } = await bench({ "PLAN.md": plan("size", ">=2"), "PLAN.holdpoint.yaml": sidecar });
    const { code, report } = await look();
    expect([code, report.checks[0]?.outcome, report.gates[0]?.verdict]).toEqual([2, "not_started", "inconclusive"]);
  });

  test("takes every item with an id that --only names", async () => {
    const { folder, verify: look } = await bench({ "PLAN.md": plan("size", ">=2", "echo size=2") });
    expect((await folder.call(verify, ["PLAN.md"], { only: ["nothing"] })).code).toBe(64);
    const key = (await look()).report.gates[0]?.key ?? "";
    expect((await look({ trust: true, only: [key] })).report.gates.length).toBe(1);
  });
});
