import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { operations } from "@holdpoint/contract";
import { createClient } from "@holdpoint/sdk";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { attemptPlace, taskPlace } from "@holdpoint/trace";
import { type OtlpReceiver, startOtlpReceiver } from "@holdpoint/trace/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BIN, ensureBuilt } from "../e2e/built-cli.ts";
import { endAll, startCli, type TestProcess, until } from "./processes.ts";
import { startUp } from "./start-up.ts";

let database: TestServer;
let receiver: OtlpReceiver;
let dir: string;

beforeAll(async () => {
  await ensureBuilt();
  database = await startTestServer(undefined);
});

afterAll(() => database.stop());

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  dir = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-traces-")));
});

afterEach(async () => {
  await endAll();
  await receiver.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Starts `holdpoint up`; answers its address and the first admin token. */
async function up(endpoint: string): Promise<{ server: TestProcess; url: string; token: string }> {
  const env = { DATABASE_URL: await database.emptyDatabase(), OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
  const { process: server, url, adminToken } = await startUp(dir, ["--port", "0"], env);
  return { server, url, token: adminToken ?? "" };
}

describe("traces of a server and a runner", { timeout: 240_000 }, () => {
  test("show a task from its creation over the runner's work to its acceptance, in one trace", async () => {
    mkdirSync(join(dir, "agents"));
    const command = 'printf %s "$TRACEPARENT" > traceparent.txt';
    const manifest = `name: digger\ncapabilities: [dig]\nworkspace: shared\ncommand: ${JSON.stringify(command)}\n`;
    writeFileSync(join(dir, "agents", "digger.yaml"), manifest);
    const { server, url, token } = await up(receiver.endpoint);
    const args = ["agent", "run", "--trust", "--name", "mole", "--state", join(dir, "state")];
    const env = { HOLDPOINT_URL: url, HOLDPOINT_TOKEN: token, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint };
    const runner = startCli(args, dir, env);
    const body = { title: "Dig", capabilities: ["dig"] };
    const { id } = await createClient({ url, token }).call(operations.createTask, { body });

    const [life] = await receiver.named("task");
    await runner.stop();
    const [[attempt], [ran]] = [await receiver.named("task.attempt"), await receiver.named("runner.attempt")];
    const { traceId } = taskPlace(id);
    expect([life, attempt, ran].map((span) => span?.traceId)).toEqual([traceId, traceId, traceId]);
    expect(attempt).toMatchObject({ parentSpanId: life?.spanId, spanId: attemptPlace(id, 1).spanId });
    expect(ran).toMatchObject({
      parentSpanId: attempt?.spanId,
      facts: { "holdpoint.runner": "mole", "holdpoint.agent": "digger", "process.exit.code": 0 },
      resource: { "service.name": "holdpoint", "service.instance.id": "mole", "holdpoint.role": "runner" },
    });
    expect(life?.resource).toMatchObject({ "service.name": "holdpoint", "holdpoint.role": "server" });
    // What the runner reports, and what its command does, goes on with it.
    const [report] = await receiver.named("POST /v1/tasks/:task/attempts/:attempt/complete");
    expect(report).toMatchObject({ traceId, parentSpanId: ran?.spanId });
    expect(readFileSync(join(dir, "traceparent.txt"), "utf8")).toBe(`00-${traceId}-${ran?.spanId ?? ""}-01`);
    expect(await server.stop()).toBe(0);
  });

  test("that cannot be sent are said once in the log, and hold nothing up", async () => {
    const { server, url, token } = await up("http://me:hush@127.0.0.1:9");
    const client = createClient({ url, token });
    const said = (): number => server.text().split("traces cannot be sent").length - 1;
    await until(async () => {
      await client.call(operations.createTask, { body: { title: "Dig" } });
      return said() > 0;
    });
    for (let at = 0; at < 20; at += 1) await client.call(operations.listPlans, {});
    expect(await server.stop()).toBe(0);
    expect(said()).toBe(1);
    expect(server.text()).toContain("http://127.0.0.1:9");
    expect(server.text()).not.toContain("hush");
  });

  test("that go to no address are refused before anything starts", async () => {
    mkdirSync(join(dir, "agents"));
    writeFileSync(join(dir, "agents", "a.yaml"), "name: a\ncapabilities: [a]\ncommand: 'true'\n");
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "me:hush@localhost:4318" };
    const started = [
      startCli(["up"], dir, env),
      startCli(["agent", "run", "--trust"], dir, { ...env, HOLDPOINT_URL: "http://127.0.0.1:9" }),
    ];
    for (const one of started) {
      await until(() => one.child.exitCode !== null);
      expect([one.child.exitCode, one.text()]).toEqual([64, expect.stringContaining("HP8103")]);
      expect(one.text()).not.toContain("hush");
    }
  });
});

test("OpenTelemetry is loaded by nothing but what sends traces", () => {
  const dist = join(dirname(BIN), "../dist");
  const files = ["main.js", ...readdirSync(join(dist, "chunks")).map((name) => `chunks/${name}`)];
  const texts = new Map(
    files.filter((name) => name.endsWith(".js")).map((name) => [name, readFileSync(join(dist, name), "utf8")]),
  );
  const holders = [...texts].flatMap(([name, text]) => (text.includes("BatchSpanProcessor") ? [basename(name)] : []));
  expect(holders).toHaveLength(1);
  const statically = new RegExp(`(?:from|import) ?"[^"]*${holders[0]?.replaceAll(".", "\\.") ?? "none"}"`);
  expect([...texts].filter(([, text]) => statically.test(text)).map(([name]) => name)).toEqual([]);
  expect([...texts.values()].some((text) => text.includes(`import("./${holders[0] ?? "none"}")`))).toBe(true);
});
