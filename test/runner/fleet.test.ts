import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store } from "@holdpoint/store";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ensureBuilt } from "../e2e/built-cli.ts";
import { addTasks, endAll, freePort, startCli, startServer, type TestProcess, until } from "./processes.ts";

const KINDS = [
  [".sh", "#", 'echo "$HOLDPOINT_TASK $HOLDPOINT_ATTEMPT" >> done.log'],
  [
    ".py",
    "#",
    'import os; open("done.log", "a").write(f"{os.environ[\'HOLDPOINT_TASK\']} {os.environ[\'HOLDPOINT_ATTEMPT\']}\\n")',
  ],
  [
    ".mjs",
    "//",
    'import { appendFileSync } from "node:fs"; appendFileSync("done.log", `${process.env.HOLDPOINT_TASK} ${process.env.HOLDPOINT_ATTEMPT}\\n`)',
  ],
] as const;

describe("a runner and a server, as processes", { timeout: 240_000 }, () => {
  let database: TestServer;
  let databaseUrl: string;
  let store: Store;
  let port: number;
  let dir: string;

  beforeAll(async () => {
    await ensureBuilt();
    database = await startTestServer(undefined);
  });
  afterAll(() => database.stop());
  beforeEach(async () => {
    databaseUrl = await database.migratedDatabase();
    store = await openStore({ databaseUrl, runtime: { now: () => Date.now() }, poolSize: 4 });
    port = await freePort();
    dir = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-runner-")));
  });
  afterEach(async () => {
    await endAll();
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const env = (): Record<string, string> => ({ HOLDPOINT_URL: `http://127.0.0.1:${port}`, HOLDPOINT_TOKEN: "acme" });

  function runner(name: string, ...more: readonly string[]): TestProcess {
    const args = ["agent", "run", "--trust", "--name", name, "--state", join(dir, `state-${name}`), ...more];
    return startCli(args, dir, env());
  }

  function agent(name: string, command: string, concurrency = 1): void {
    mkdirSync(join(dir, "agents"), { recursive: true });
    const text = `name: ${name}\ncapabilities: [${name}]\nworkspace: shared\nconcurrency: ${concurrency}\ncommand: ${JSON.stringify(command)}\n`;
    writeFileSync(join(dir, "agents", `${name}.yaml`), text);
  }

  const lines = (file: string): readonly string[] => {
    try {
      return readFileSync(join(dir, file), "utf8").split("\n").slice(0, -1);
    } catch {
      return [];
    }
  };

  it("serves 232 discovered scripts with one runner that works a queue for them to its end", async () => {
    for (let index = 0; index < 232; index += 1) {
      const [end, mark, text] = KINDS[index % 20 === 0 ? (index % 40 === 0 ? 1 : 2) : 0];
      const folder = join(dir, "scripts", ["test", "deploy", "scan", "watch"][index % 4] ?? "");
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `job_${index}${end}`);
      writeFileSync(file, `${mark} Does job ${index}\n${mark} holdpoint: timeout = 60s\n${text}\n`);
      chmodSync(file, 0o755);
    }
    const found = startCli(["agent", "discover", "scripts", "--write"], dir);
    await until(() => found.child.exitCode !== null);
    expect(found.text()).toContain("232 scripts, 0 skipped; 232 manifests written to");
    expect(readdirSync(join(dir, "agents"))).toHaveLength(232);
    await startServer(databaseUrl, port);
    const one = runner("host", "--concurrency", "8");
    await until(() => one.text().includes("connected"));
    const listed = startCli(["agent", "list", "--json"], dir, env());
    await until(() => listed.child.exitCode !== null);
    const { agents } = JSON.parse(listed.text()) as { agents: { state: string }[] };
    expect([agents.length, agents.filter(({ state }) => state === "healthy").length]).toEqual([232, 232]);
    const tasks = Array.from({ length: 232 }, (_, index) => ({ key: `t${index}`, needs: [`job_${index}`] }));
    const { app, planId } = await addTasks(store, tasks);
    await until(async () => (await app.work.counts(planId)).accepted === 232, 200_000);
    expect([...lines("done.log")].sort()).toEqual(tasks.map(({ key }) => `${key} 1`).sort());
    expect(await one.stop()).toBe(0);
  });

  it("offers the task of a runner that is killed again within 3 s, and leaves nothing of it running", async () => {
    agent("slow", 'echo "begin $HOLDPOINT_AGENT $HOLDPOINT_ATTEMPT" >> log; sleep 600');
    await startServer(databaseUrl, port);
    const first = runner("first");
    await until(() => first.text().includes("connected"));
    const { app, planId } = await addTasks(store, [{ key: "one", needs: ["slow"] }]);
    await until(() => lines("log").length === 1);
    await first.kill();
    const tookMs = await until(async () => (await app.work.list({ planId }))[0]?.state === "ready", 10_000);
    expect(tookMs).toBeLessThan(3_000);
    const again = runner("first");
    await until(() => lines("log").length === 2);
    expect(sleepers()).toHaveLength(1);
    expect(await again.stop()).toBe(0);
    const [task] = await app.work.list({ planId });
    // The try that was handed back by the drain does not count; the one that was killed does.
    expect(task).toMatchObject({ state: "ready", attempt: 2, tries: 1 });
  });

  it("keeps reports on disk while the server is away, and tells each of them once", async () => {
    agent("quick", 'sleep 2; echo "$HOLDPOINT_TASK $HOLDPOINT_ATTEMPT" >> log', 4);
    const server = await startServer(databaseUrl, port);
    const one = runner("host");
    await until(() => one.text().includes("connected"));
    const tasks = Array.from({ length: 4 }, (_, index) => ({ key: `t${index}`, needs: ["quick"] }));
    const { app, planId } = await addTasks(store, tasks);
    await until(() => one.text().split(" began ").length === 5);
    await server.kill();
    await until(() => lines("log").length === 4);
    await until(() => spooled("host") === 4);
    // The runner is killed too: what it has to tell is on its disk.
    await one.kill();
    await startServer(databaseUrl, port);
    const again = runner("host");
    await until(async () => (await app.work.counts(planId)).accepted === 4);
    expect(again.text()).toContain("4 reports of an earlier runner wait to be told");
    const attempts = (await app.work.list({ planId })).map(({ attempt, tries }) => [attempt, tries]);
    expect(attempts).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    const events = (await app.events.read()).filter(({ kind }) => kind === "task.reported");
    expect(events).toHaveLength(4);
    expect(lines("log")).toHaveLength(4);
    await until(() => spooled("host") === 0);
  });

  it("goes on with what runs while the server is restarted, and keeps its leases", async () => {
    agent("slow", 'echo begin >> log; sleep 14; echo "$HOLDPOINT_TASK $HOLDPOINT_ATTEMPT" >> done');
    const server = await startServer(databaseUrl, port);
    const one = runner("host");
    await until(() => one.text().includes("connected"));
    const { app, planId } = await addTasks(store, [{ key: "one", needs: ["slow"] }]);
    await until(() => lines("log").length === 1);
    await server.kill();
    // Longer than the lease runs.
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    await startServer(databaseUrl, port);
    await until(async () => (await app.work.counts(planId)).accepted === 1);
    expect([lines("log"), lines("done")]).toEqual([["begin"], ["one 1"]]);
  });

  it("ends an attempt whose task was cancelled", async () => {
    agent("slow", "echo $$ >> log; sleep 600");
    await startServer(databaseUrl, port);
    const one = runner("host", "--lease", "3s");
    await until(() => one.text().includes("connected"));
    const { app, planId } = await addTasks(store, [{ key: "one", needs: ["slow"] }]);
    await until(() => lines("log").length === 1);
    const [task] = await app.work.list({ planId });
    await app.work.cancel({ taskId: task?.taskId ?? "", by: "me", reason: "not needed" });
    await until(() => one.text().includes(": lost"), 10_000);
    expect(sleepers()).toEqual([]);
  });

  it("runs no script that was changed while its agent waited for work, until it is agreed to", async () => {
    agent("greet", "sh greet.sh");
    writeFileSync(join(dir, "greet.sh"), "echo hello >> log\n");
    const own = { ...env(), XDG_CONFIG_HOME: join(dir, "home") };
    const agree = async (): Promise<void> => {
      const agreed = startCli(["trust", "agents", "--yes"], dir, own);
      await until(() => agreed.child.exitCode !== null);
    };
    await agree();
    await startServer(databaseUrl, port);
    const args = ["agent", "run", "--name", "host", "--state", join(dir, "state-host"), "--concurrency", "1"];
    const one = startCli(args, dir, own);
    // Whoever waits for work was looked at already.
    const waits = async (): Promise<boolean> => {
      const headers = { authorization: "Bearer acme" };
      return (await (await fetch(`http://127.0.0.1:${port}/v1/agents`, { headers })).text()).includes("healthy");
    };
    await until(waits);
    writeFileSync(join(dir, "greet.sh"), "echo changed >> log\n");
    const { app, planId } = await addTasks(store, [{ key: "one", needs: ["greet"] }]);
    await until(() => one.text().includes("changed since you agreed"));
    expect(one.text()).toContain("greet handed back one: it may not run");
    expect(lines("log")).toEqual([]);
    await agree();
    await until(async () => (await app.work.counts(planId)).accepted === 1);
    const [task] = await app.work.list({ planId });
    expect([lines("log"), task?.attempt, task?.tries]).toEqual([["changed"], 2, 0]);
    expect(await one.stop()).toBe(0);
  });

  /** Commands of attempts in this test's folder that run now. */
  function sleepers(): readonly string[] {
    return readdirSync("/proc").filter((pid) => {
      try {
        const isSleep = readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("sleep\0");
        return isSleep && readFileSync(`/proc/${pid}/environ`, "utf8").includes(dir);
      } catch {
        return false;
      }
    });
  }

  function spooled(name: string): number {
    const text = readFileSync(join(dir, `state-${name}`, "spool.jsonl"), "utf8");
    return text.split("\n").filter((line) => line.includes('"kind"')).length - text.split('{"done"').length + 1;
  }
});
