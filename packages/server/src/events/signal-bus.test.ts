import { expect, test } from "vitest";
import { createSignalBus } from "./signal-bus.ts";

test("a signal wakes who listens for its tenant and kind, and whoever watches all", () => {
  const bus = createSignalBus();
  const heard: string[] = [];
  const off = bus.on("a", "ready", () => heard.push("a ready"));
  bus.on("a", "committed", () => heard.push("a committed"));
  bus.on("b", "ready", () => heard.push("b ready"));
  const unwatch = bus.onAny((tenant, kind) => heard.push(`any ${tenant} ${kind}`));
  bus.emit("a", "ready");
  off();
  off();
  unwatch();
  bus.emit("a", "ready");
  expect(heard).toEqual(["a ready", "any a ready"]);
});
