import { describe, expect, it } from "vitest";
import {
  fullReport,
  sampleAttempt,
  sampleCheck,
  sampleGate,
  sampleItem,
  sampleReport,
} from "../report/sample-report.testing.ts";
import { createStyle } from "./style.ts";
import { renderSummary } from "./summary.ts";
import { textWidth } from "./text-width.ts";

const style = createStyle({ isTerminal: false, columns: 80, env: { LANG: "C.UTF-8" } });
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
/** The lines of one section, from its title to the next blank line. */
const sectionOf = (text: string, title: string): string =>
  text.split("\n\n").find((block) => block.startsWith(title)) ?? "";

// oxlint-disable-next-line no-control-regex -- colour sequences begin with a control character
const SGR = /\u001b\[\d+m/g;

describe("the headline", () => {
  it("puts claimed beside verified, with a bar each", () => {
    const text = renderSummary(sampleReport({ claimed: 0.97, verified: 0.41 }), style);
    expect(text).toContain("Claimed 97 %  ·  Verified 41 %");
    const cells = (name: string) =>
      /█+/.exec(text.split("\n").find((line) => line.startsWith(`  ${name}`)) ?? "")?.[0].length ?? 0;
    expect(cells("claimed")).toBeGreaterThan(cells("verified"));
  });

  it("never rounds up to all of it", () => {
    const text = renderSummary(sampleReport({ claimed: 1, verified: 0.9999 }), style);
    expect(text).toContain("Claimed 100 %  ·  Verified 99 %");
    expect(text.split("\n").find((line) => line.startsWith("  verified"))).toContain("░");
  });

  it("counts the leaf items", () => {
    const items = [sampleItem(), sampleItem({ key: "b", verified: "open" }), sampleItem({ key: "c", counts: false })];
    expect(renderSummary(sampleReport({ items }), style)).toContain("1 of 2 items verified");
  });

  it("takes the path where the plan has no title", () => {
    const report = sampleReport({ plan: { title: " ", digest: "sha256:0", path: "docs/PLAN.md" } });
    expect(renderSummary(report, style).startsWith("docs/PLAN.md\n")).toBe(true);
  });
});

describe("gates", () => {
  it("are counted by severity and verdict", () => {
    const table = sectionOf(renderSummary(fullReport(), style), "10 gates");
    const critical = table.split("\n").find((line) => line.includes("critical"));
    expect(critical?.match(/\d+/g)).toEqual(["2", "0", "1", "5"]);
    expect(table).not.toContain("enhancement");
  });

  it("that are not open are listed with what was asked, measured, and what to do", () => {
    const text = sectionOf(renderSummary(fullReport(), style), "Not open");
    expect(text).toMatch(/52 {2}✗ fail +response_time_p95 +<500ms +violated/);
    expect(text).toContain("response_time_p95 is 612 ms");
    expect(text).toContain("hint: print error_rate=0.4%");
    expect(text).toContain("→ holdpoint gate sign launch/launch_review --plan PLAN.md --as NAME");
    expect(text).not.toContain("line_coverage");
  });

  it("are listed the gravest first and at most twenty of them", () => {
    const gates = [
      ...many(25, (index) =>
        sampleGate({
          key: `i${index}`,
          metric: `i${index}`,
          severity: "important",
          verdict: "fail",
          reason: "violated",
        }),
      ),
      sampleGate({ key: "c", metric: "the_critical_one", verdict: "inconclusive", reason: "no_evidence" }),
    ];
    const text = sectionOf(renderSummary(sampleReport({ gates }), style), "Not open");
    expect(text.indexOf("the_critical_one")).toBeLessThan(text.indexOf("i0"));
    expect(text).toContain("… and 6 more");
  });

  it("with a stale pass are shown as stale and not as pass", () => {
    const text = renderSummary(
      sampleReport({ gates: [sampleGate({ freshness: "stale", reason: "stale_subject" })] }),
      style,
    );
    expect(sectionOf(text, "Not open")).toContain("◌ stale");
    expect(text).not.toContain("are pass and fresh");
  });

  it("that were waived stand apart and not among those that pass", () => {
    const text = renderSummary(fullReport(), style);
    expect(sectionOf(text, "Waived")).toContain("licence_scan");
    expect(sectionOf(text, "Waived")).toContain("until 2026-04-0");
  });

  it("that turned show how", () => {
    expect(sectionOf(renderSummary(fullReport(), style), "Turned")).toMatch(/line_coverage +fail → pass/);
  });

  it("that turned many times show the first and the last turns", () => {
    const turns = many(9, (index) => ({
      at: "2026-03-02T10:00:00Z",
      verdict: index % 2 === 0 ? ("fail" as const) : ("pass" as const),
      reason: "met" as const,
    }));
    expect(renderSummary(sampleReport({ gates: [sampleGate({ turns })] }), style)).toContain("fail → … → pass → fail");
  });

  it("that nothing speaks for come with their sidecar lines under one heading", () => {
    const text = renderSummary(fullReport(), style);
    const bind = text.slice(text.indexOf("Gates to bind"));
    expect(bind).toContain("PLAN.holdpoint.yaml");
    expect(bind.match(/^ {4}gates:$/gm)).toHaveLength(1);
    expect(bind).toContain(
      "      watch/uptime:\n        check: CHECK_ID\n        metric: uptime\n      watch/alert_coverage:",
    );
  });

  it("to bind are at most ten in the terminal", () => {
    const gates = many(14, (index) =>
      sampleGate({
        key: `g${index}`,
        verdict: "inconclusive",
        reason: "unbound",
        suggestion: `gates:\n  g${index}:\n    check: x\n`,
      }),
    );
    const text = renderSummary(sampleReport({ gates }), style);
    expect(text).toContain("      g9:");
    expect(text).not.toContain("      g10:");
    expect(text).toContain("… and 4 more, all in the report");
  });

  it("missing altogether say how to add one", () => {
    const text = renderSummary(sampleReport(), style);
    expect(text).toContain("The plan has no gate");
    expect(text).toContain("- [ ] Line coverage: >=90%");
    expect(text).not.toContain("Not open");
  });
});

describe("items", () => {
  it("claimed done and not verified are listed, failed ones first", () => {
    const text = sectionOf(renderSummary(fullReport(), style), "Claimed done");
    expect(text).toMatch(/48 {2}✗ failed +phase +Phase 2/);
    expect(text.indexOf("failed")).toBeLessThan(text.indexOf("○ open"));
    expect(text).toContain("a tick alone proves nothing");
    expect(text).not.toContain("Announce");
  });

  it("are at most twenty and the rest is counted", () => {
    const items = many(23, (index) => sampleItem({ key: `t${index}`, line: index + 1, verified: "failed" }));
    expect(sectionOf(renderSummary(sampleReport({ items }), style), "Claimed done")).toContain("… and 3 more");
  });
});

describe("what did not run", () => {
  it("names the commands without consent and how to allow them, quoted for a shell", () => {
    const notAllowed = many(12, (index) => ({ line: index + 1, command: `./check-${index}.sh` }));
    const plan = { title: "x", digest: "sha256:0", path: "my plan.md" };
    const text = sectionOf(renderSummary(sampleReport({ notAllowed, plan }), style), "Did not run");
    expect(text).toContain("12 commands have no consent");
    expect(text).toContain("→ holdpoint trust 'my plan.md'");
    expect(text).toContain("→ holdpoint verify 'my plan.md' --trust");
    expect(text).toContain("… and 2 more");
  });

  it("names checks that were ended or could not start, and why; a check that failed did run", () => {
    const checks = [
      sampleCheck({ outcome: "timed_out", durationMs: 60_000 }),
      sampleCheck({ outcome: "killed", line: null }),
      sampleCheck({ outcome: "not_started" }),
      sampleCheck({ outcome: "failed", command: "ran-and-failed" }),
    ];
    const text = sectionOf(renderSummary(sampleReport({ checks }), style), "Did not run");
    expect(text).toContain("timed out after 1 min 00 s");
    expect(text).toContain("killed after");
    expect(text).toContain("could not start");
    expect(text).not.toContain("ran-and-failed");
  });
});

describe("work", () => {
  it("is counted, with what it waits for and the exact command", () => {
    const text = renderSummary(fullReport(), style);
    expect(sectionOf(text, "Work")).toContain("2 of 7 tasks accepted, 1 held, 3 open, 1 out of tries");
    expect(sectionOf(text, "Work")).toContain("5 attempts: 2 accepted, 1 refused, 1 failed, 1 held");
    expect(sectionOf(text, "Work")).toContain("1 status mark written back");
    expect(sectionOf(text, "Waits for")).toContain("a person: launch_review");
    expect(sectionOf(text, "Waits for")).toContain("→ holdpoint run PLAN.md --wait 24h");
  });

  it("that was none is said so", () => {
    const work = {
      tasks: { accepted: 0, open: 0, held: 0, dead: 0, total: 0 },
      attempts: [],
      waitsFor: [],
      writtenBack: [],
    };
    expect(renderSummary(sampleReport({ work }), style)).toContain("No task was left");
  });

  it("lists at most twenty waits", () => {
    const work = {
      tasks: { accepted: 1, open: 0, held: 0, dead: 0, total: 1 },
      attempts: [sampleAttempt()],
      waitsFor: many(22, (index) => ({ kind: "agent" as const, what: `task ${index}`, next: null })),
      writtenBack: [],
    };
    expect(sectionOf(renderSummary(sampleReport({ work }), style), "Waits for")).toContain("… and 2 more");
  });
});

describe("the foot", () => {
  it("says where the report is, what was judged, and that isolation was none", () => {
    const text = renderSummary(fullReport(), style);
    expect(text).toContain("Report  .holdpoint/report.html");
    expect(text).toContain("commit 9d1c5e0b7a3f with uncommitted changes");
    expect(text).toContain("Isolation: none (user namespaces are switched off");
    expect(text).toContain("1 error and 1 warning");
  });

  it("says when there is no git, no subject and no report", () => {
    const subject = { commit: null, tree: "sha256:abcdef", dirty: true };
    expect(renderSummary(sampleReport({ subject }), style)).toContain("Judged no git · tree abcdef");
    const text = renderSummary(sampleReport({ subject: null }), style);
    expect(text).toContain("No subject recorded");
    expect(text).not.toContain("Report");
  });
});

describe("the whole", () => {
  it.each([40, 80, 120])("fits %i columns but for commands and sidecar lines", (columns) => {
    const narrow = createStyle({ isTerminal: false, columns, env: { LANG: "C.UTF-8" } });
    const long = sampleItem({ key: "long", title: "很".repeat(5000), verified: "open" });
    const wordy = sampleGate({
      verdict: "fail",
      reason: "violated",
      explanation: "x".repeat(10_000),
      metric: "m".repeat(10_000),
    });
    const report = fullReport({ items: [...fullReport().items, long], gates: [...fullReport().gates, wordy] });
    const tooWide: string[] = [];
    for (const line of renderSummary(report, narrow).split("\n")) {
      if (/→ holdpoint|See: holdpoint|^Judged|^Claimed|PLAN\.holdpoint/.test(line)) continue;
      if (textWidth(line) > columns) tooWide.push(line);
    }
    expect(tooWide).toEqual([]);
  });

  it("has no colours into a pipe, and only ASCII of its own where the locale is not UTF-8", () => {
    expect(renderSummary(fullReport(), style)).not.toContain("\u001b");
    const ascii = createStyle({ isTerminal: false, columns: 80, env: { LANG: "C" } });
    const report = sampleReport({ gates: fullReport().gates.map((gate) => ({ ...gate, next: null })), claimed: 0.5 });
    expect(renderSummary(report, ascii)).toMatch(/^[ -~\n]+$/);
  });

  it("says the same with colours as without", () => {
    const colored = createStyle({ isTerminal: true, columns: 80, env: { LANG: "C.UTF-8" } });
    const text = renderSummary(fullReport(), colored);
    expect(text).toContain("\u001b[31m");
    expect(text.replace(SGR, "")).toBe(renderSummary(fullReport(), style));
  });

  it("lets no text from outside move the cursor or break a line", () => {
    const evil = "\u001b[2J\nevil";
    const report = fullReport({
      plan: { title: evil, digest: evil, path: evil },
      gates: [
        sampleGate({
          key: evil,
          metric: evil,
          text: evil,
          explanation: evil,
          hint: evil,
          next: evil,
          suggestion: evil,
          verdict: "fail",
          reason: "violated",
        }),
      ],
      items: [sampleItem({ id: evil, title: evil, verified: "open" })],
      notAllowed: [{ line: 1, command: evil }],
    });
    const text = renderSummary(report, style);
    expect(text).not.toContain("\u001b");
    expect(sectionOf(text, "Claimed done")).toContain("evil evil");
  });
});
