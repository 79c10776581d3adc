import { describe, expect, it } from "vitest";
import { findThresholds } from "../criteria/find-thresholds.ts";
import { itemsOf, readText } from "../testing/read-text.ts";

function thresholdsOf(text: string): unknown[] {
  return findThresholds(text).map(({ criterion }) => [criterion.op, criterion.value]);
}

describe("stories, waves and readiness", () => {
  it("takes a bold line with a ticket and its attributes as a step", () => {
    const text = [
      "# Backlog",
      "",
      "## Sprint 1: Orchard (Weeks 1-2)",
      "",
      "**STORY-001: Map the trees**",
      "- **Story Points**: 3",
      "- **Priority**: High",
      "",
      "**Acceptance Criteria:**",
      "- [ ] Every row has a number",
      "",
      "**FR-002: Watering is logged**",
      "- **Priority**: High",
      "- **Owner**: Ada",
      "",
    ].join("\n");
    expect(itemsOf(text)).toEqual(["3 phase unknown", "5 step unknown", "10 criterion pending"]);
  });

  it("takes no code of what is referred to or asked for a ticket, in a line or before headings", () => {
    const line = (code: string): string =>
      `# P\n\n## Sprint 1: Orchard\n\n**${code}-001: Map the trees**\n- **Priority**: High\n- **Owner**: Ada\n`;
    const heads = (code: string): string =>
      `# P\n\n## ${code}-1 Map the trees\n\n- [ ] map\n\n## ${code}-2 Water them\n\n- [ ] water\n`;
    for (const code of ["APP", "STORY"]) expect(itemsOf(line(code))).toContain("5 step unknown");
    for (const code of ["PEP", "FAQ", "ADR", "REQ"]) expect(itemsOf(line(code))).toEqual(["3 phase unknown"]);
    expect(readText(heads("STORY")).items[0]).toMatchObject({ id: "STORY-1" });
    for (const code of ["PEP", "ADR"]) expect(readText(heads(code)).items[0]).not.toMatchObject({ id: `${code}-1` });
  });

  it("reads the rows of a table of waves with codes as tasks", () => {
    const table = (codes: string[]): string =>
      [
        "# Plan",
        "",
        "### Sprint 4",
        "",
        "| Wave | Task | Status |",
        "| --- | --- | --- |",
        ...codes.map((code) => `| ${code} | Prune | ✅ |`),
        "",
      ].join("\n");
    expect(itemsOf(table(["W11", "W12"]))).toEqual(["3 phase unknown", "7 task done", "8 task done"]);
    expect(itemsOf(table(["Wave 1", "Wave 2"]))).toEqual(["3 phase unknown", "7 phase done", "8 phase done"]);
  });

  it("takes the boxes of a readiness checklist as work where it has phases", () => {
    const part = (title: string): string[] => [`### ${title}`, "", "- [ ] Check the pumps", ""];
    const phases = [...part("Phase 1: Pumps"), ...part("Phase 2: Pipes")];
    const text = (more: string[]): string =>
      ["# Farm Readiness Checklist", "", ...more, "## Soil", "", "- [x] Sample the field", ""].join("\n");
    expect(itemsOf(text([]))).toEqual(["5 criterion done"]);
    expect(itemsOf(text(phases)).filter((item) => item.includes("criterion"))).toEqual([]);
  });

  it("takes the phase that a title names behind its project", () => {
    expect(itemsOf("# Orchard — Phase 3b: Watering and pruning\n\nWater the trees.\n")).toEqual(["1 phase unknown"]);
    expect(itemsOf("# Orchard — Phase 3b: Summary report\n\nTrees were watered.\n")).toEqual([]);
  });

  it("takes numbered fixes of an implementation plan as steps, wherever they begin", () => {
    const text =
      "# Repairs\n\n## Implementation plan\n\n### Fix 5 — Mend the gate\n\nIt hangs.\n\n### Fix 8 — Oil it\n\nIt squeaks.\n";
    expect(itemsOf(text)).toEqual(["5 step unknown", "9 step unknown"]);
  });

  it("reads criteria that are counted with a colon", () => {
    const text =
      "# Epic 4: Irrigation\n\n## Story 4.1: Pumps\n\n### Acceptance Criteria\n1: A pump starts by itself\n2: Leaks are found\n";
    expect(itemsOf(text).slice(-2)).toEqual(["6 criterion unknown", "7 criterion unknown"]);
    expect(itemsOf("# Notes\n\n## Remarks\n1: A pump starts by itself\n2: Leaks are found\n")).toEqual([]);
  });

  it("reads a yellow mark before READY as work that has not begun", () => {
    const rows = "| Phase 1: Pipes | 🟡 READY — nothing blocks it |\n| Phase 2: Pumps | ✅ Ready |\n";
    expect(itemsOf(`# Plan\n\n| Phase | Status |\n| --- | --- |\n${rows}`)).toEqual([
      "5 phase pending",
      "6 phase done",
    ]);
  });
});

describe("numbers that ask for nothing", () => {
  it.each([
    ["IF a bed needs fewer than 3 litres, THEN the pump SHALL stay off", []],
    ["WHEN the pump runs, THE valve SHALL open within 200 ms", [["<=", 200]]],
    ["Response time: < 2s for 95% of requests", [["<", 2]]],
    ["clean error (rc=2) when the key is missing", []],
    ["Pump throttling when usage > 80%", []],
    ["Done when coverage >= 80%", [[">=", 80]]],
    ["The score meets or exceeds 80% of the answers", [[">=", 80]]],
    ["Nested calls with max depth of 3", [["<=", 3]]],
    ["Works for batches of all sizes (100s to 1000s)", []],
    ["Replication keeps up (lag=0)", [["=", 0]]],
    ["Retries pass if success rate >= 99%", [[">=", 99]]],
    ["Scaling accepted once p95 < 200ms", [["<", 200]]],
  ])("%s", (text, expected) => {
    expect(thresholdsOf(text)).toEqual(expected);
  });
});
