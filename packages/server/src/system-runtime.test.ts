import { expect, test } from "vitest";
import { createSystemRuntime } from "./system-runtime.ts";

test("ids are UUIDv7, and later ones are greater, within a millisecond too", () => {
  const runtime = createSystemRuntime();
  const ids = Array.from({ length: 10_000 }, () => runtime.newId());
  expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
    true,
  );
  expect(ids.every((id, at) => at === 0 || id > (ids[at - 1] ?? ""))).toBe(true);
});

test("chance is at least 0 and below 1", () => {
  const chance = createSystemRuntime().random();
  expect(chance >= 0 && chance < 1).toBe(true);
});
