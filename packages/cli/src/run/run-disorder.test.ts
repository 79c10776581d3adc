import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { createApp, createSystemRuntime } from "@holdpoint/server";
import { openStore } from "@holdpoint/store";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { run } from "../commands/run.ts";
import { type Bench, openBench, outcomes, plan, type Report, worker } from "./run-bench.testing.ts";
import { writeBack } from "./write-back.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(undefined);
});
afterAll(() => server.stop());

const bench = async (files: Readonly<Record<string, string>>, git = false): Promise<Bench> =>
  openBench(files, await server.migratedDatabase(), git);

const TWO = "# Plan\n\n- [ ] T-1 One\n- [ ] T-2 Two\n";

describe("attempts that do what they may not", () => {
  test.each([
    ["makes a sidecar", "printf 'holdpoint: sidecar/v1\\n' > PLAN.holdpoint.yaml", "not an agent's to change"],
    ["lowers a threshold", "sed -i 's/>=2/>=1/' PLAN.md", "changed what the plan demands"],
    ["takes a check away", "sed -i '/echo size/d' PLAN.md", "changed what the plan demands"],
    ["removes the document", "rm PLAN.md", "removed the plan document"],
    ["makes the document unreadable", "printf '\\0\\1\\2\\0' > PLAN.md", "cannot be read as a plan"],
  ])("one that %s is refused", async (_, work, why) => {
    const text = plan("size", ">=2", "echo size=2");
    const once = `[ $HOLDPOINT_ATTEMPT = 1 ] || exit 0; ${work}`;
    const { folder, run: go } = await bench({ "PLAN.md": text, ...worker(once) }, true);
    const { code, report } = await go({ trust: true, writeBack: false });
    expect([code, outcomes(report)]).toEqual([0, ["refused", "accepted"]]);
    expect(report.work?.attempts[0]?.summary).toContain(why);
    expect(readFileSync(folder.path("PLAN.md"), "utf8")).toBe(text);
  });

  test("one that ticks its own box and adds a line is merged", async () => {
    const work = "sed -i 's/\\[ \\] T-1/[x] T-1/; $ a More words.' PLAN.md";
    const { folder, run: go } = await bench({ "PLAN.md": TWO, ...worker(work) }, true);
    await go();
    expect(readFileSync(folder.path("PLAN.md"), "utf8")).toContain("- [x] T-1 One\n- [x] T-2 Two\nMore words.");
  });

  test("a sidecar cannot be reached through a link to the plan's folder either", async () => {
    const work = "[ $HOLDPOINT_ATTEMPT = 1 ] || exit 0; printf 'holdpoint: sidecar/v1\\n' > PLAN.holdpoint.yaml";
    const { folder, env } = await bench({ "PLAN.md": "# Plan\n\n- [ ] T-1 One\n", ...worker(work) }, true);
    symlinkSync(folder.dir, `${folder.home}-link`);
    const options = { trust: true, json: true };
    const { out } = await folder.call(run, [`${folder.home}-link/PLAN.md`], options, env);
    expect(outcomes(JSON.parse(out) as Report)).toEqual(["refused", "accepted"]);
  });
});

describe("a run in disorder", () => {
  test("hands back what a dead run of this machine holds, and waits for one that may live", async () => {
    const text = "# Plan\n\n- [ ] [P] T-1 One\n- [ ] [P] T-2 Two\n";
    const { env, run: go } = await bench({ "PLAN.md": text });
    await go();
    const runtime = createSystemRuntime();
    const store = await openStore({ databaseUrl: env.DATABASE_URL, runtime });
    const app = await createApp({ store, runtime });
    const [stored] = await app.plans.list();
    const lease = {
      planId: stored?.planId ?? "",
      agent: "a",
      capabilities: ["task", "t-1", "t-2", "any"],
      leaseTtlMs: 1500,
    };
    const dead = await app.work.claim({ ...lease, owner: `${hostname()}:999999999` });
    const living = await app.work.claim({ ...lease, owner: `${hostname()}:${process.pid}` });
    expect([dead.length, living.length]).toEqual([1, 1]);
    await store.close();
    const { err, report } = await go();
    expect(err).toContain("1 tasks of a run that was ended");
    expect(report.work?.tasks.open).toBe(2);
  });

  test("judges a phase's gate again before what follows it begins", async () => {
    const gate = '\n```yaml\nquality_gates:\n  size: ">=2"\nchecks:\n  - "echo size=$(cat size)"\n```\n';
    const text = `# Plan\n\n## Phase 1: One\n\n- [ ] T-1 First @alpha\n${gate}\n## Phase 2: Two\n\n- [ ] T-2 Second @beta\n`;
    const alpha = "name: alpha\ncapabilities: [alpha]\ncommand: 'true'\n";
    const { folder, run: go } = await bench({ "PLAN.md": text, size: "2", "agents/alpha.yaml": alpha });
    expect((await go()).report.work?.waitsFor).toMatchObject([{ kind: "agent" }]);
    writeFileSync(folder.path("size"), "1");
    folder.write("agents/beta.yaml", alpha.replaceAll("alpha", "beta"));
    const shut = await go();
    expect([shut.code, outcomes(shut.report)]).toEqual([1, []]);
    writeFileSync(folder.path("size"), "2");
    const open = await go();
    expect([open.code, outcomes(open.report)]).toEqual([0, ["accepted"]]);
    writeFileSync(folder.path("size"), "1");
    expect((await go()).report.work?.tasks.accepted).toBe(2);
  });

  test("works in a copy, also with the consent that was given to the original", async () => {
    const { folder, env, run: go } = await bench({ "PLAN.md": TWO, ...worker("touch done.txt") }, true);
    const { code } = await go({ scratch: true, trust: true, result: "result.json" });
    expect([code, readFileSync(folder.path("PLAN.md"), "utf8")]).toEqual([2, TWO]);
    expect(JSON.parse(readFileSync(folder.path("result.json"), "utf8"))).toMatchObject({ command: "run" });
    expect((await folder.call(run, ["PLAN.md"], { scratch: true, trust: true }, env)).out).toContain("2 of 2 tasks");
  });

  test("stays for a window, and tells what happens line by line", async () => {
    // Slots of a second, so that a slow machine looks into each.
    const { folder, env } = await bench({
      "PLAN.md": plan("soak", "4s validation", "echo soak=true"),
      ...worker("true"),
    });
    const options = { trust: true, events: true, wait: "60s", writeBack: false };
    const { code, out } = await folder.call(run, ["PLAN.md"], options, env);
    const kinds = out
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type?: string }).type);
    expect([code, kinds.includes("gate.judged"), kinds.at(-1)]).toEqual([0, true, undefined]);
  });

  test("hands an attempt back, without counting it, when somebody changed its lines meanwhile", async () => {
    const text = "# Plan\n\n- [ ] T-1 Do it\n";
    const { folder, run: go } = await bench({ "PLAN.md": text, "work.txt": "old\n" }, true);
    const waits = `[ $HOLDPOINT_ATTEMPT -gt 1 ] || while [ ! -e ${folder.path("go")} ]; do sleep 0.02; done`;
    const agent = worker(`touch begun; ${waits}; echo "$(cat work.txt) and mine" > work.txt`)["agents/worker.yaml"];
    folder.write("agents/worker.yaml", agent ?? "");
    const going = go();
    const begun = (): boolean =>
      existsSync(`${folder.home}-state`) &&
      readdirSync(`${folder.home}-state`, { recursive: true }).some((path) => String(path).endsWith("/begun"));
    while (!begun()) await new Promise((resolve) => setTimeout(resolve, 20));
    folder.write("work.txt", "new\n");
    folder.write("go", "");
    const { report, err } = await going;
    expect([outcomes(report), report.work?.tasks.accepted]).toEqual([["handed_back", "accepted"], 1]);
    expect(readFileSync(folder.path("work.txt"), "utf8")).toBe("new and mine\n");
    expect(err).toMatch(/handed back T-1.*work\.txt/);
  });

  test("hears what an agent tells, and says what of it was not taken", async () => {
    const says = [
      `echo '{"type":"progress","value":0.5,"message":"half"}'`,
      `echo '{"type":"artifact","path":"../outside.xml"}'`,
      'echo \'<testsuite tests="1"><testcase name="a"/></testsuite>\' > r.xml',
      `echo '{"type":"artifact","path":"r.xml"}'`,
    ].join("; ");
    const { run: go } = await bench({ "PLAN.md": TWO, ...worker(says) }, true);
    const { err, report } = await go();
    expect(outcomes(report)).toEqual(["accepted", "accepted"]);
    expect(err).toContain("handed over ../outside.xml, which was not taken");
  });
});

describe("writing back", () => {
  let written: string[] = [];
  afterEach(() => {
    written = [];
  });

  test("finds items by key in the document as it is, through a link, and tells what it cannot do", async () => {
    const { folder } = await bench({ "REAL.md": `Words.\n\n${TWO}` });
    symlinkSync(folder.path("REAL.md"), folder.path("PLAN.md"));
    const back = writeBack(folder.path("PLAN.md"), "PLAN.md", ["T-2", "T-9"]);
    written = back.written.map(({ line }) => String(line));
    expect([written, back.notes.length]).toEqual([["6"], 1]);
    expect(readFileSync(folder.path("REAL.md"), "utf8")).toBe(`Words.\n\n${TWO.replace("[ ] T-2", "[x] T-2")}`);
  });
});
