import { describe, expect, it } from "vitest";

import { metricsOf, readingOf } from "../testing/reading-of.ts";

type Json = Readonly<Record<string, unknown>>;

const RULES = [
  { id: "R1", defaultConfiguration: { level: "error" }, properties: { "security-severity": "9.8" } },
  { id: "R2", defaultConfiguration: { level: "note" }, properties: { "security-severity": "4.0" } },
  { id: "R3" },
];

function run(results: readonly Json[] | null, extra: Json = {}): Json {
  return {
    tool: { driver: { name: "scanner", rules: RULES } },
    invocations: [{ executionSuccessful: true }],
    artifacts: [{ location: { uri: "a.ts" } }, { location: { uri: "b.ts" }, roles: ["analysisTarget"] }],
    ...(results === null ? {} : { results }),
    ...extra,
  };
}

function locationOf(uri: string): Json {
  return { physicalLocation: { artifactLocation: { uri } } };
}

function log(...runs: readonly Json[]): string {
  return JSON.stringify({ $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs });
}

describe("a SARIF log", () => {
  it("counts rules and files only where every run lists them", async () => {
    const { artifacts: _, ...unlisted } = run([{ ruleId: "R1", locations: [locationOf("a.ts")] }]);
    const some = metricsOf(await readingOf(log(run([]), unlisted)));
    expect(some).not.toHaveProperty("files_scanned");
    expect(some).toHaveProperty("rules", 6);
    const bare = run([], { tool: { driver: { name: "scanner" } } });
    expect(metricsOf(await readingOf(log(bare)))).not.toHaveProperty("rules");
    expect(metricsOf(await readingOf(log(run([], { artifacts: [] }))))).toHaveProperty("files_scanned", 0);
  });

  it.each(["toolExecutionNotifications", "toolConfigurationNotifications"])(
    "of a scanner that says success and tells of an error in %s is not proven",
    async (list) => {
      const told = (level: string): string =>
        log(run([], { invocations: [{ executionSuccessful: true, [list]: [{ level: "note" }, { level }] }] }));
      expect((await readingOf(told("error"))).anomalies).toEqual(["scanner_not_proven"]);
      expect((await readingOf(told("warning"))).anomalies).toEqual([]);
    },
  );

  it("without findings of a scanner that ran gives zeroes", async () => {
    const reading = await readingOf(log(run([])));
    expect(reading).toMatchObject({ format: "sarif", anomalies: [] });
    expect(metricsOf(reading)).toEqual({
      findings: 0,
      findings_error: 0,
      findings_warning: 0,
      findings_note: 0,
      findings_critical: 0,
      findings_high: 0,
      findings_medium: 0,
      findings_low: 0,
      findings_suppressed: 0,
      new_findings: 0,
      new_findings_error: 0,
      rules: 3,
      files_scanned: 2,
    });
  });

  it("takes the level of a finding from its rule where it has none, by index, id or sub-rule", async () => {
    const results = [
      { ruleIndex: 0 },
      { ruleId: "R2" },
      { ruleId: "R1/sub" },
      { rule: { id: "R2" } },
      { ruleId: "R3" },
      { ruleId: "unknown" },
      { ruleId: "R2", level: "error" },
      { level: "none" },
    ];
    expect(metricsOf(await readingOf(log(run(results))))).toMatchObject({
      findings: 8,
      findings_error: 3,
      findings_warning: 2,
      findings_note: 2,
    });
  });

  it("finds rules that stand after the results, and those of extensions", async () => {
    const text = JSON.stringify({
      version: "2.1.0",
      runs: [
        {
          results: [{ ruleIndex: 0 }, { rule: { index: 0, toolComponent: { index: 1 } } }],
          invocations: [{ executionSuccessful: true }],
          artifacts: [{}],
          tool: {
            driver: { rules: RULES },
            extensions: [{ rules: [] }, { rules: [{ id: "X", defaultConfiguration: { level: "note" } }] }],
          },
        },
      ],
    });
    expect(metricsOf(await readingOf(text))).toMatchObject({ findings_error: 1, findings_note: 1, rules: 4 });
  });

  it("does not count kinds that are no problem, but those that are not settled", async () => {
    const kinds = ["pass", "notApplicable", "informational", "fail", "open", "review"];
    expect(metricsOf(await readingOf(log(run(kinds.map((kind) => ({ kind }))))))).toMatchObject({ findings: 3 });
  });

  it("honours a suppression only when all of them are accepted", async () => {
    const results = [
      { suppressions: [{ kind: "inSource" }] },
      { suppressions: [{ kind: "external", status: "accepted" }] },
      { suppressions: [{ kind: "external", status: "underReview" }] },
      { suppressions: [{ kind: "inSource" }, { kind: "external", status: "rejected" }] },
      { suppressions: [{ kind: "whim" }] },
      { suppressions: [null] },
      { suppressions: [] },
    ];
    expect(metricsOf(await readingOf(log(run(results))))).toMatchObject({ findings: 5, findings_suppressed: 2 });
  });

  it("counts new findings only when each says its baseline state", async () => {
    const told = [
      { baselineState: "new", level: "error" },
      { baselineState: "unchanged" },
      { baselineState: "absent" },
    ];
    expect(metricsOf(await readingOf(log(run(told))))).toMatchObject({
      findings: 2,
      new_findings: 1,
      new_findings_error: 1,
    });
    const untold = metricsOf(await readingOf(log(run([...told, {}]))));
    expect(untold).not.toHaveProperty("new_findings");
  });

  it("counts severities only when each finding has one", async () => {
    expect(metricsOf(await readingOf(log(run([{ ruleId: "R1" }, { ruleId: "R2" }]))))).toMatchObject({
      findings_critical: 1,
      findings_high: 0,
      findings_medium: 1,
    });
    expect(metricsOf(await readingOf(log(run([{ ruleId: "R1" }, { ruleId: "R3" }]))))).not.toHaveProperty(
      "findings_critical",
    );
  });

  it("adds up its runs", async () => {
    const reading = await readingOf(log(run([{}]), run([{}, {}])));
    expect(reading.anomalies).toEqual([]);
    expect(metricsOf(reading)).toMatchObject({ findings: 3, rules: 6, files_scanned: 4 });
  });

  it("counts files by its results where the scanner lists none", async () => {
    const at = (uri: string): Json => ({ locations: [{ physicalLocation: { artifactLocation: { uri } } }] });
    const reading = await readingOf(log(run([at("a"), at("a"), at("b")], { artifacts: [] })));
    expect(metricsOf(reading)).toMatchObject({ files_scanned: 2 });
    expect(reading.anomalies).toEqual([]);
  });

  it.each([1, 4])("reads the same from pieces of %i bytes", async (pieceBytes) => {
    const text = log(run([{ ruleId: "R1" }]));
    expect(await readingOf(text, "sarif", { pieceBytes })).toEqual(await readingOf(text));
  });
});

describe("a scanner that does not prove that it ran", () => {
  it.each([
    ["has no invocation", { invocations: [] }],
    ["did not succeed", { invocations: [{ executionSuccessful: false }] }],
    ["did not succeed in one of its invocations", { invocations: [{ executionSuccessful: true }, {}] }],
    ["says success in words", { invocations: [{ executionSuccessful: "true" }] }],
    ["had no rules", { tool: { driver: { name: "s", rules: [] } } }],
    ["looked at no files", { artifacts: [] }],
    ["looked only at its own configuration", { artifacts: [{ roles: ["toolSpecifiedConfiguration"] }] }],
    ["has null for results", { results: null }],
  ])("because it %s is an anomaly", async (_what, extra) => {
    expect((await readingOf(log(run([], extra)))).anomalies).toContain("scanner_not_proven");
  });

  it("because it has no list of results is an anomaly", async () => {
    expect((await readingOf(log(run(null)))).anomalies).toEqual(["scanner_not_proven"]);
  });

  it("in one of two runs is an anomaly", async () => {
    expect((await readingOf(log(run([]), run([], { invocations: [] })))).anomalies).toEqual(["scanner_not_proven"]);
  });
});

describe("odd SARIF", () => {
  it.each([
    ["no runs", log(), "empty_report"],
    ["no rules and files", log(run([], { tool: {}, artifacts: [] })), "empty_report"],
    ["another version", log(run([])).replace('"2.1.0"', '"2.0.0"'), "unsupported"],
    ["no version", '{"runs":[]}', "malformed"],
    ["an unknown kind", log(run([{ kind: "maybe" }])), "malformed"],
    ["an unknown level", log(run([{ level: "fatal" }])), "malformed"],
    ["an unknown baseline state", log(run([{ baselineState: "old" }])), "malformed"],
    ["something else for results", log(run([], { results: {} })), "malformed"],
    ["results in another file", log(run([], { externalPropertyFileReferences: {} })), "unsupported"],
    [
      "overridden levels",
      log(run([], { invocations: [{ executionSuccessful: true, ruleConfigurationOverrides: [{}] }] })),
      "unsupported",
    ],
    ["its runs twice", '{"version":"2.1.0","runs":[],"runs":[]}', "malformed"],
    ["text after it", `${log(run([]))} done`, "malformed"],
    ["its end missing", log(run([])).slice(0, -5), "truncated"],
  ])("with %s has an anomaly", async (_what, text, anomaly) => {
    expect((await readingOf(text, "sarif")).anomalies).toContain(anomaly);
  });

  it("tells findings of a run that it breaks off in, but nothing that needs the rest", async () => {
    const text = log(run([{ level: "error" }], {}));
    const reading = await readingOf(text.slice(0, -2), "sarif");
    expect(metricsOf(reading)).toMatchObject({ findings: 1, findings_error: 1 });
    expect(metricsOf(reading)).not.toHaveProperty("new_findings");
  });

  it("with more rules or kinds of results than are kept is unsupported", async () => {
    const limits = { maxEntries: 12 };
    const rules = Array.from({ length: 13 }, (_, index) => ({ id: `${index}` }));
    const many = log(run([], { tool: { driver: { rules } } }));
    expect((await readingOf(many, "sarif", { limits })).anomalies).toContain("unsupported");
    const results = Array.from({ length: 13 }, (_, index) => ({ ruleId: `${index}` }));
    expect((await readingOf(log(run(results)), "sarif", { limits })).anomalies).toContain("unsupported");
  });
});
