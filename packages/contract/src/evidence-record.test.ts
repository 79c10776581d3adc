import { describe, expect, it } from "vitest";
import { z } from "zod";
import { evidenceRecordSchema } from "./evidence-record.ts";
import { evidenceRecordExample } from "./examples/evidence-record.ts";

describe("the evidence record", () => {
  it("has an example that is one", () => {
    expect(evidenceRecordSchema.parse(evidenceRecordExample)).toEqual(evidenceRecordExample);
  });

  it("refuses a key that is not known, at any depth", () => {
    const { predicate } = evidenceRecordExample;
    const deep = {
      ...evidenceRecordExample,
      predicate: { ...predicate, reader: { ...predicate.reader, colour: "red" } },
    };
    expect(evidenceRecordSchema.safeParse(deep).success).toBe(false);
    expect(evidenceRecordSchema.safeParse({ ...evidenceRecordExample, colour: "red" }).success).toBe(false);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses the metric value %s, which JSON cannot hold", (value) => {
    const metrics = [{ key: "a", value, unit: null, n: null }];
    const record = { ...evidenceRecordExample, predicate: { ...evidenceRecordExample.predicate, metrics } };
    expect(evidenceRecordSchema.safeParse(record).success).toBe(false);
  });

  it("has a JSON Schema", () => {
    expect(z.toJSONSchema(evidenceRecordSchema)).toMatchObject({ type: "object", additionalProperties: false });
  });
});
