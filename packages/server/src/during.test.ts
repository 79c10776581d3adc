import { problem } from "@holdpoint/core";
import { openTracing, type Tracing } from "@holdpoint/trace";
import { type OtlpReceiver, startOtlpReceiver } from "@holdpoint/trace/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { during } from "./during.ts";

const PROBLEMS = {
  HP9999: { title: "t", message: "m", remedy: "r", why: "w", exit: 70, retryable: false },
} as const;

let receiver: OtlpReceiver;
let tracing: Tracing;

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  const about = { version: "1", instance: "one", role: "server", delayMs: 10 } as const;
  tracing = await openTracing({ endpoint: receiver.endpoint, ...about });
});

afterEach(async () => {
  await tracing.close();
  await receiver.close();
});

describe("a span of what runs", () => {
  test("ends with it, and knows its place while it runs", async () => {
    const place = await during(tracing, { name: "fine", parent: null }, (span) => {
      span.tell({ ok: true });
      return Promise.resolve(span.place);
    });
    const [fine] = await receiver.named("fine");
    expect(fine).toMatchObject({ spanId: place.spanId, isFailed: false, facts: { ok: true } });
  });

  test.each([
    ["the code of the catalogue", problem(PROBLEMS, "HP9999", {}), "HP9999"],
    ["the name of any other error", new RangeError("far"), "RangeError"],
    ["nothing that is known", "text", "unknown"],
  ])("has failed by %s", async (_what, thrown, failed) => {
    const run = during(tracing, { name: "bad", parent: null }, () => Promise.reject(thrown));
    await expect(run).rejects.toBe(thrown);
    const [bad] = await receiver.named("bad");
    expect(bad).toMatchObject({ isFailed: true, facts: { "error.type": failed } });
  });
});
