import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { SCHEMAS, type SchemaEntry } from "./schemas.ts";

function examplesOf({ notation, example }: SchemaEntry): readonly unknown[] {
  if (notation === "yaml") return [parse(example)];
  if (notation === "json") return [JSON.parse(example)];
  return example
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("the shapes of the contract", () => {
  test("have names of their own", () => {
    expect(new Set(SCHEMAS.map(({ name }) => name)).size).toBe(SCHEMAS.length);
  });

  test.each(SCHEMAS)("$name accepts its example", (entry) => {
    for (const example of examplesOf(entry)) expect(entry.schema.safeParse(example).error).toBeUndefined();
  });

  test.each(SCHEMAS)("$name refuses an empty object", (entry) => {
    expect(entry.schema.safeParse({}).success).toBe(false);
  });

  test.each(SCHEMAS.filter(({ strict }) => strict))("$name refuses a key that is not known", (entry) => {
    for (const example of examplesOf(entry)) {
      expect(entry.schema.safeParse({ ...(example as object), unknownKey: 1 }).success).toBe(false);
    }
  });

  test.each(SCHEMAS.filter(({ strict }) => !strict))("$name lets further keys through", (entry) => {
    for (const example of examplesOf(entry)) {
      expect(entry.schema.safeParse({ ...(example as object), unknownKey: 1 }).success).toBe(true);
    }
  });
});
