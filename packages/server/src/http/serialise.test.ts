import { operation } from "@holdpoint/contract";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { serialiserOf } from "./serialise.ts";

const about = { method: "GET", path: "/x", tag: "test", summary: "x", scope: null } as const;

describe("answers as JSON", () => {
  test("hold fields that are called as a check of a schema is", () => {
    const response = z.object({ format: z.enum(["a", "b"]), pattern: z.string(), at: z.iso.datetime() });
    const write = serialiserOf(operation({ ...about, id: "x", response }));
    const value = { format: "a", pattern: "p", at: "2026-01-01T00:00:00.000Z" };
    expect(JSON.parse(write(value))).toEqual(value);
  });

  test("hold nothing that the shape does not name", () => {
    const write = serialiserOf(operation({ ...about, id: "x", response: z.object({ told: z.string() }) }));
    expect(write({ told: "a", secret: "b" })).toBe('{"told":"a"}');
  });
});
