import { expect, test } from "vitest";
import { findCycle } from "./cycle.ts";

test("a chain has no circle", () => {
  expect(findCycle([node("a"), node("b", "a"), node("c", "a", "b")])).toBeNull();
});

test("a circle is told from its first key to the same key again", () => {
  expect(findCycle([node("a", "c"), node("b", "a"), node("c", "b"), node("d", "a")])).toEqual(["a", "c", "b", "a"]);
});

test("a node that waits for itself is a circle", () => {
  expect(findCycle([node("a", "a")])).toEqual(["a", "a"]);
});

test("a dependency that is not among the nodes is passed over", () => {
  expect(findCycle([node("a", "elsewhere")])).toBeNull();
});

test("a chain of 100,000 does not run out of stack", () => {
  const nodes = Array.from({ length: 100_000 }, (_, at) => node(`n${at}`, ...(at === 99_999 ? [] : [`n${at + 1}`])));
  expect(findCycle(nodes)).toBeNull();
});

function node(key: string, ...dependsOn: readonly string[]): { key: string; dependsOn: readonly string[] } {
  return { key, dependsOn };
}
