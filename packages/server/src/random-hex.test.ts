import { expect, test } from "vitest";
import { randomHex } from "./random-hex.ts";

test("ids are as long as asked for, and none comes twice, also where one pool of bytes ends and the next begins", () => {
  const ids = Array.from({ length: 5_000 }, (_, index) => randomHex(index % 2 === 0 ? 16 : 8));
  expect(ids.every((id, index) => (index % 2 === 0 ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{16}$/).test(id))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
});
