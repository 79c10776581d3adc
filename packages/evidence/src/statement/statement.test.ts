import { canonicalJson, statementDigest } from "@holdpoint/core";
import { describe, expect, it } from "vitest";

import type { StatementInput } from "./build-statement.ts";
import { buildStatement, statementSubjects } from "./build-statement.ts";
import { readStatement } from "./read-statement.ts";

const HEX = "a".repeat(64);
const INPUT: StatementInput = {
  subject: statementSubjects({
    commit: "b".repeat(40),
    tree: `sha256:${HEX}`,
    dirty: true,
    plan: `sha256:${HEX}`,
    item: { key: "t-1", digest: HEX },
  }),
  predicate: {
    kind: "check",
    producer: { agent: "runner", tenant: "default", task: null, attempt: null },
    tier: "E2",
    startedAt: "2025-01-01T00:00:00.000Z",
    endedAt: "2025-01-01T00:00:01.000Z",
    metrics: [
      { key: "b", value: 1.5, unit: "%", n: null },
      { key: "a", value: "operational", unit: null, n: 2 },
    ],
    anomalies: ["truncated", "flaky", "truncated"],
    artifacts: [
      { place: "stdout", digest: `sha256:${HEX}`, size: 3, truncated: true },
      { place: "a.xml", digest: `sha256:${HEX}`, size: 3, truncated: false },
    ],
  },
};

describe("building a statement", () => {
  it("fills what was not said with nothing, and claims no isolation", () => {
    expect(buildStatement(INPUT).statement.predicate).toMatchObject({
      check: null,
      isolation: "none",
      exit: null,
      reader: null,
      gates: [],
      witness: null,
    });
  });

  it("names subjects as in-toto does", () => {
    expect(buildStatement(INPUT).statement.subject).toEqual([
      { name: "git", digest: { gitCommit: "b".repeat(40) } },
      { name: "tree", digest: { sha256: HEX }, annotations: { dirty: true } },
      { name: "plan", digest: { sha256: HEX } },
      { name: "item", digest: { sha256: HEX }, annotations: { key: "t-1" } },
    ]);
    const without = statementSubjects({ commit: null, tree: HEX, dirty: false, plan: null });
    expect(without.map((entry) => entry.name)).toEqual(["tree"]);
  });

  it("gives the same address for the same facts in another order", () => {
    const { metrics = [], artifacts = [], anomalies = [] } = INPUT.predicate;
    const turned = {
      ...INPUT,
      predicate: {
        ...INPUT.predicate,
        metrics: metrics.toReversed(),
        artifacts: artifacts.toReversed(),
        anomalies: anomalies.toReversed(),
      },
    };
    expect(buildStatement(turned)).toEqual(buildStatement(INPUT));
  });

  it("gives the address that the judge computes", () => {
    const { statement, digest } = buildStatement(INPUT);
    expect(digest).toBe(statementDigest(statement));
  });

  it("refuses numbers that JSON cannot hold", () => {
    const metrics = [{ key: "a", value: Number.NaN, unit: null, n: null }];
    expect(() => buildStatement({ ...INPUT, predicate: { ...INPUT.predicate, metrics } })).toThrow(TypeError);
  });
});

describe("reading a statement", () => {
  it("gives back what was built, from text, bytes and values", () => {
    const built = buildStatement(INPUT);
    const text = canonicalJson(built.statement);
    expect(readStatement(text, built.digest)).toEqual(built);
    expect(readStatement(Buffer.from(text))).toEqual(built);
    expect(readStatement(JSON.parse(text))).toEqual(built);
    expect(readStatement(JSON.stringify(built.statement, null, 2))).toEqual(built);
  });

  it("refuses a record that is not the expected one", () => {
    const { statement } = buildStatement(INPUT);
    const forged = { ...statement, predicate: { ...statement.predicate, tier: "E4" } };
    expect(() => readStatement(forged, buildStatement(INPUT).digest)).toThrow(
      expect.objectContaining({ code: "HP3008" }),
    );
  });

  it.each([
    ["text that is no JSON", "{", "it is not JSON"],
    ["bytes that are no text", Buffer.from([0xff, 0xff]), "it is not UTF-8"],
    ["another value", 42, "expected object"],
  ])("refuses %s", (_what, json, cause) => {
    expect(() => readStatement(json)).toThrow(
      expect.objectContaining({ code: "HP3007", message: expect.stringContaining(cause) }),
    );
  });

  it.each([
    ["predicate.tier", { tier: "E9" }],
    ["predicate.endedAt", { endedAt: "yesterday" }],
    ["predicate.startedAt", { startedAt: "2025-01-01T00:00:00+02:00" }],
    ["predicate.anomalies.0", { anomalies: ["odd"] }],
    ["predicate.metrics.0.key", { metrics: [{ key: "Not normal!", value: 1, unit: null, n: null }] }],
    ["predicate.artifacts.0.digest", { artifacts: [{ place: "a", digest: "md5:1", size: 1, truncated: false }] }],
    ["predicate", { extra: 1 }],
  ])("names the field %s that is wrong", (field, change) => {
    const { statement } = buildStatement(INPUT);
    expect(() => readStatement({ ...statement, predicate: { ...statement.predicate, ...change } })).toThrow(
      expect.objectContaining({ code: "HP3007", place: { field } }),
    );
  });

  it("refuses a subject without a digest", () => {
    const { statement } = buildStatement(INPUT);
    expect(() => readStatement({ ...statement, subject: [{ name: "tree", digest: {} }] })).toThrow(
      "at least one digest",
    );
  });
});
