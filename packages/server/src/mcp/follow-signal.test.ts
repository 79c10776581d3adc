import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { whileFollowing } from "./follow-signal.ts";

describe("following a signal", () => {
  test("aborts with it, for the same reason, also when it was aborted before", async () => {
    const lasting = new AbortController();
    await whileFollowing(lasting.signal, (signal) => {
      expect(signal.aborted).toBe(false);
      lasting.abort("enough");
      expect(signal.reason).toBe("enough");
      return Promise.resolve();
    });
    expect(await whileFollowing(lasting.signal, (signal) => Promise.resolve(signal.reason))).toBe("enough");
  });

  test("leaves nothing on it, however the run ends", async () => {
    const { signal } = new AbortController();
    expect(await whileFollowing(signal, () => Promise.resolve("done"))).toBe("done");
    await expect(whileFollowing(signal, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
