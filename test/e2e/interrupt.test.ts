import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { startTestServer } from "../../packages/store/src/testing/index.ts";
import { agent, closeTemplate, openWorkshop, type Workshop } from "./workshop.ts";

let shop: Workshop | null = null;
afterEach(() => {
  shop?.close();
  shop = null;
});

afterAll(closeTemplate);

async function open(files: Readonly<Record<string, string>>): Promise<Workshop> {
  shop = await openWorkshop(files);
  return shop;
}

/** Two tasks; the first waits until it is let go. It writes down which attempt it is. */
const PLAN = "# Plan\n\n- [ ] T-1 Wait\n- [ ] T-2 Go on\n";
const WAITING = agent(
  "worker",
  'echo "$HOLDPOINT_TASK $HOLDPOINT_ATTEMPT" >> log.txt; [ "$HOLDPOINT_TASK" = T-2 ] || [ "$HOLDPOINT_ATTEMPT" = 2 ] || sleep 600',
);
const SHARED = { "agents/worker.yaml": `${WAITING["agents/worker.yaml"]}workspace: shared\n` };

/** Waits until nothing of the folder runs any more; what still does after that time is returned. */
async function leftBehind({ processes }: Workshop, withinMs = 5000): Promise<readonly string[]> {
  const until = performance.now() + withinMs;
  for (;;) {
    const left = processes();
    if (left.length === 0 || performance.now() > until) return left;
    await pause(50);
  }
}

describe("a run that is ended", { timeout: 120_000 }, () => {
  test("goes on after kill -9 where it was: nothing lost, nothing counted, nobody left behind", async () => {
    const workshop = await open({ "PLAN.md": PLAN, ...SHARED });
    const going = workshop.start(["run", "PLAN.md", "--trust"]);
    await going.exists("log.txt");
    going.child.kill("SIGKILL");
    expect((await going.ended).signal).toBe("SIGKILL");
    expect(await leftBehind(workshop)).toEqual([]);
    const { code, report, err } = await workshop.json("run", "PLAN.md", "--trust");
    expect(err).toContain("handed out again");
    expect([code, report.work?.tasks.accepted]).toEqual([2, 2]);
    expect(workshop.read("log.txt")).toBe("T-1 1\nT-1 2\nT-2 1\n");
    expect(workshop.read("PLAN.md")).toBe(PLAN.replaceAll("[ ]", "[x]"));
  });

  test("hands its work back on Ctrl-C without counting the try, ends with 130, and the next goes on", async () => {
    const workshop = await open({ "PLAN.md": PLAN, ...SHARED });
    const going = workshop.start(["run", "PLAN.md", "--trust", "--json"]);
    await going.exists("log.txt");
    going.child.kill("SIGINT");
    const { code, out } = await going.ended;
    const object = JSON.parse(out) as { work: { attempts: { outcome: string }[] } };
    expect([code, object.work.attempts.map(({ outcome }) => outcome)]).toEqual([130, ["released"]]);
    expect(await leftBehind(workshop)).toEqual([]);
    const next = await workshop.json("run", "PLAN.md", "--trust");
    expect(next.report.work?.tasks).toMatchObject({ accepted: 2, dead: 0 });
    expect(next.err).not.toContain("handed out again");
  });

  test("ends at once on a second Ctrl-C, also when an agent does not listen", async () => {
    const deaf = agent("worker", "trap '' TERM; touch deaf.txt; while :; do sleep 600; done");
    const workshop = await open({
      "PLAN.md": PLAN,
      "agents/worker.yaml": `${deaf["agents/worker.yaml"]}workspace: shared\n`,
    });
    const going = workshop.start(["run", "PLAN.md", "--trust"]);
    await going.exists("deaf.txt");
    going.child.kill("SIGINT");
    await pause(100);
    const before = performance.now();
    going.child.kill("SIGINT");
    expect((await going.ended).code).toBe(130);
    expect(performance.now() - before).toBeLessThan(1000);
    expect(await leftBehind(workshop)).toEqual([]);
  });

  test("leaves reported work to be judged by the next run when Ctrl-C cuts a check short", async () => {
    const outside = mkdtempSync(join(tmpdir(), "holdpoint-e2e-outside-"));
    const block = '\n```yaml\nquality_gates:\n  size: ">=1"\nchecks:\n  - "sh check.sh"\n```\n';
    const workshop = await open({
      "PLAN.md": `# Plan\n\n## Step 1: Write\n${block}`,
      "check.sh": `if [ -e ${outside}/go ]; then echo size=1; else touch ${outside}/began; sleep 600; fi\n`,
      ...agent("writer", "echo done > work.txt"),
    });
    workshop.git();
    try {
      const going = workshop.start(["run", "PLAN.md", "--trust", "--json"]);
      await going.exists(relative(workshop.dir, `${outside}/began`));
      going.child.kill("SIGINT");
      const { code, out } = await going.ended;
      expect([code, (JSON.parse(out) as { checks: unknown[] }).checks]).toEqual([130, []]);
      writeFileSync(`${outside}/go`, "");
      const next = await workshop.json("run", "PLAN.md", "--trust");
      expect([next.code, next.report.work?.tasks.accepted, next.report.work?.attempts]).toEqual([0, 1, []]);
      expect(workshop.read("work.txt")).toBe("done\n");
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  test("keeps a second run out and names the first, also with a database server", async () => {
    const workshop = await open({ "PLAN.md": PLAN, ...SHARED });
    const server = await startTestServer(undefined);
    try {
      for (const env of [{}, { DATABASE_URL: await server.migratedDatabase() }]) {
        const going = workshop.start(["run", "PLAN.md", "--trust"], env);
        await going.exists("log.txt");
        for (const args of [
          ["run", "PLAN.md", "--trust"],
          ["verify", "PLAN.md"],
          ["run", "PLAN.md", "--scratch"],
        ]) {
          const second = await workshop.start(args, env).ended;
          expect([args, second.code, second.err.includes(String(going.child.pid))]).toEqual([args, 69, true]);
        }
        going.child.kill("SIGINT");
        expect((await going.ended).code).toBe(130);
        rmSync(`${workshop.dir}/log.txt`);
      }
    } finally {
      await server.stop();
    }
  });
});
