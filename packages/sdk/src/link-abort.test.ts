import { describe, expect, it } from "vitest";
import { linkAbort } from "./link-abort.ts";

const LONG_MS = 60_000;

describe("linkAbort", () => {
  it("aborts with the caller's reason, at once when that has happened already", () => {
    const outer = new AbortController();
    const linked = linkAbort(outer.signal, LONG_MS);
    expect(linked.signal.aborted).toBe(false);
    outer.abort(new Error("enough"));
    expect(linked.signal.reason).toEqual(new Error("enough"));
    const late = linkAbort(outer.signal, LONG_MS);
    expect(late.signal.aborted).toBe(true);
    linked.release();
    late.release();
  });

  it("aborts when nothing comes for long, counted anew from each sign of life", async () => {
    const linked = linkAbort(undefined, 50);
    linked.postpone();
    await new Promise((resolve) => linked.signal.addEventListener("abort", resolve, { once: true }));
    expect(linked.signal.reason).toMatchObject({ name: "TimeoutError" });
    linked.release();
  });

  it("lets go: the caller's signal means nothing afterwards", () => {
    const outer = new AbortController();
    const linked = linkAbort(outer.signal, LONG_MS);
    linked.release();
    outer.abort();
    expect(linked.signal.aborted).toBe(false);
  });
});
