import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openTracing } from "./open-tracing.ts";
import { attemptPlace, taskPlace } from "./task-places.ts";
import { type OtlpReceiver, startOtlpReceiver } from "./testing/index.ts";
import { NO_TRACING, type Tracing, type TracingOptions, traceparentOf } from "./tracing.ts";

const TASK = "01a22157-d791-7000-b470-9bb6727adfdc";

let receiver: OtlpReceiver;
let tracing: Tracing;

const open = (more: Partial<TracingOptions> = {}): Promise<Tracing> =>
  openTracing({
    endpoint: receiver.endpoint,
    version: "1.2.3",
    instance: "replica-1",
    role: "server",
    delayMs: 10,
    ...more,
  });

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  tracing = await open();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await tracing.close();
  await receiver.close();
});

describe("spans", () => {
  test("are sent with what they are told, their parent, their links and the process they come from", async () => {
    const parent = tracing.begin({ name: "outer", kind: "server", parent: null, facts: { "http.route": "/v1/x" } });
    const other = tracing.begin({ name: "other", parent: null });
    const inner = tracing.begin({
      name: "inner",
      parent: parent.place,
      links: [other.place],
      facts: { n: 1, no: undefined },
    });
    inner.tell({ ok: true });
    inner.link(tracing.placeOf(taskPlace(TASK)));
    inner.end({ failed: "HP9100" });
    parent.end();
    other.end();
    const [[outer], [told]] = [await receiver.named("outer"), await receiver.named("inner")];
    expect(outer).toMatchObject({ kind: 2, parentSpanId: null, facts: { "http.route": "/v1/x" }, isFailed: false });
    expect(told).toMatchObject({
      traceId: outer?.traceId,
      parentSpanId: outer?.spanId,
      kind: 1,
      isFailed: true,
      facts: { n: 1, ok: true, "error.type": "HP9100" },
      links: [{ traceId: other.place.traceId }, { traceId: TASK.replaceAll("-", "") }],
    });
    expect(told?.facts).not.toHaveProperty("no");
    expect(told?.resource).toMatchObject({
      "service.name": "holdpoint",
      "service.version": "1.2.3",
      "service.instance.id": "replica-1",
      "process.pid": process.pid,
      "telemetry.sdk.language": "nodejs",
      "holdpoint.role": "server",
    });
  });

  test("have the ids and times that they are given, and random ones else", async () => {
    const place = attemptPlace(TASK, 2);
    const given = { name: "attempt", parent: tracing.placeOf(taskPlace(TASK)), place, startedAt: 1_000 };
    tracing.begin(given).end({ endedAt: 3_500 });
    tracing.begin({ name: "task", parent: null, place: taskPlace(TASK) }).end();
    tracing.begin({ name: "any", parent: null }).end();
    const [[attempt], [task], [any]] = [
      await receiver.named("attempt"),
      await receiver.named("task"),
      await receiver.named("any"),
    ];
    expect(attempt).toMatchObject({ traceId: place.traceId, spanId: place.spanId, startedAt: 1_000, endedAt: 3_500 });
    expect(task).toMatchObject({ traceId: place.traceId, spanId: attempt?.parentSpanId, parentSpanId: null });
    expect(any?.traceId).not.toBe(place.traceId);
  });

  test("of a trace that its caller does not keep are not sent, and can be gone on with", async () => {
    const parent = { traceId: "a".repeat(32), spanId: "b".repeat(16), isSampled: false };
    const span = tracing.begin({ name: "unkept", parent });
    span.end();
    expect(traceparentOf(span.place)).toMatch(/^00-a{32}-(?!b{16})[0-9a-f]{16}-00$/);
    tracing.begin({ name: "kept", parent: null }).end();
    await receiver.named("kept");
    expect(receiver.spans.map(({ name }) => name)).toEqual(["kept"]);
  });

  test("are named and sampled as the standard variables say", async () => {
    vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=staging");
    vi.stubEnv("OTEL_SERVICE_NAME", "launches");
    const named = await open();
    named.begin({ name: "here", parent: null }).end();
    const [here] = await receiver.named("here");
    expect(here?.resource).toMatchObject({ "deployment.environment.name": "staging", "service.name": "launches" });
    await named.close();
    vi.stubEnv("OTEL_TRACES_SAMPLER", "always_off");
    const sampled = await open();
    expect(sampled.begin({ name: "off", parent: null }).place.isSampled).toBe(false);
    await sampled.close();
  });

  test.each([
    ["some", "parentbased_traceidratio", "0.5"],
    ["some", "traceidratio", "0.5"],
    ["none", "parentbased_always_off", ""],
    ["all", "parentbased_always_on", ""],
  ])("of %s tasks are kept together or not at all in every process by %s", async (kept, sampler, share) => {
    vi.stubEnv("OTEL_TRACES_SAMPLER", sampler);
    vi.stubEnv("OTEL_TRACES_SAMPLER_ARG", share);
    const [server, runner] = [await open(), await open({ role: "runner" })];
    const tasks = Array.from(
      { length: 40 },
      (_, at) => `${(at * 0x6180_33d1).toString(16).padStart(8, "0").slice(-8)}${TASK.slice(8)}`,
    );
    const expected: string[] = [];
    for (const task of tasks) {
      const root = server.begin({ name: "task", parent: null, place: taskPlace(task) });
      const [life, attempt] = [server.placeOf(taskPlace(task)), runner.placeOf(attemptPlace(task, 1))];
      expect([life.isSampled, attempt.isSampled]).toEqual([root.place.isSampled, root.place.isSampled]);
      server.begin({ name: "task.attempt", parent: life, place: attemptPlace(task, 1) }).end();
      runner.begin({ name: "runner.attempt", parent: attempt }).end();
      root.end();
      if (root.place.isSampled) expected.push(root.place.traceId);
    }
    const part = expected.length === 0 ? "none" : expected.length < tasks.length ? "some" : "all";
    expect(part).toBe(kept);
    await Promise.all([server.close(), runner.close()]);
    for (const name of ["task", "task.attempt", "runner.attempt"]) {
      const sent = receiver.spans.flatMap((span) => (span.name === name ? [span.traceId] : []));
      expect([name, sent.sort()]).toEqual([name, [...expected].sort()]);
    }
  });

  test("that have ended are sent before the process ends", async () => {
    const slow = await open({ delayMs: 60_000 });
    slow.begin({ name: "last", parent: null }).end();
    await slow.close();
    expect(receiver.spans.map(({ name }) => name)).toEqual(["last"]);
  });
});

describe("a receiver that is away", () => {
  test("is told of once, delays nothing, and is told of again when it is back", async () => {
    const told: (string | null)[] = [];
    const receivers = new Set<string>();
    const url = new URL(receiver.endpoint);
    const port = Number(url.port);
    await receiver.close();
    const away = await open({
      endpoint: `http://me:hush@${url.host}/`,
      onTrouble: (why, to) => {
        receivers.add(to);
        told.push(why);
      },
    });
    for (let at = 0; at < 3_000; at += 1) away.begin({ name: "lost", parent: null }).end();
    await expect.poll(() => told.length, { timeout: 20_000 }).toBe(1);
    expect(told).toEqual([expect.stringMatching(/ECONNREFUSED|timeout/i)]);
    receiver = await startOtlpReceiver(port);
    await expect
      .poll(
        () => {
          away.begin({ name: "found", parent: null }).end();
          return told.length;
        },
        { timeout: 20_000 },
      )
      .toBe(2);
    expect(told[1]).toBeNull();
    // Nobody's password is told.
    expect([[...receivers], JSON.stringify(told).includes("hush")]).toEqual([[`http://${url.host}`], false]);
    await away.close();
  });

  test("does not keep the process from ending", async () => {
    const away = await open({ endpoint: "http://127.0.0.1:9", delayMs: 60_000 });
    away.begin({ name: "lost", parent: null }).end();
    const began = performance.now();
    await away.close();
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe("without an endpoint", () => {
  test("nothing is made, and what asks for spans goes on", async () => {
    const none = await open({ endpoint: null });
    expect(none).toBe(NO_TRACING);
    const span = none.begin({ name: "x", parent: null });
    span.tell({ a: 1 });
    span.link(span.place);
    span.end();
    await none.close();
    vi.stubEnv("OTEL_SDK_DISABLED", "true");
    expect((await open()).isOn).toBe(false);
  });
});
