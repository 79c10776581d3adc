import { expect, test } from "vitest";
import { onInterrupt } from "./interrupt.ts";

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s asks to end in good order, and is given back afterwards",
  (name) => {
    const before = process.listenerCount(name);
    const interrupt = onInterrupt();
    expect([interrupt.signal.aborted, process.listenerCount(name)]).toEqual([false, before + 1]);
    const listener = process.listeners(name).at(-1);
    listener?.(name);
    expect(interrupt.signal.aborted).toBe(true);
    interrupt.stop();
    expect(process.listenerCount(name)).toBe(before);
  },
);
