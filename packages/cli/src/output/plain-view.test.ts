import { describe, expect, it } from "vitest";
import type { LiveEvent } from "../report/live-event.ts";
import { eventText } from "./event-text.ts";
import { EventsView } from "./events-view.ts";
import { PlainView } from "./plain-view.ts";
import { createStyle } from "./style.ts";

const style = createStyle({ isTerminal: false, columns: 80, env: { LANG: "C.UTF-8" } });
const at = (second: number): string => new Date(Date.UTC(2026, 2, 2, 10) + second * 1000).toISOString();
const judged = (second: number, over: Partial<Extract<LiveEvent, { type: "gate.judged" }>> = {}): LiveEvent => ({
  at: at(second),
  type: "gate.judged",
  gate: "load/p95",
  metric: "p95",
  text: "<500ms",
  severity: "critical",
  verdict: "fail",
  reason: "violated",
  explanation: "612 ms",
  ...over,
});
const attempt = { task: "T-1", title: "Write it", attempt: 2, agent: "builder" };

function shown(events: readonly LiveEvent[]): string[] {
  let text = "";
  const view = new PlainView({ write: (more) => (text += more) }, style);
  for (const event of events) view.show(event);
  view.close();
  return text.split("\n").slice(0, -1);
}

describe("PlainView", () => {
  it("writes a line for each event that matters, with the time since the first", () => {
    const lines = shown([
      { at: at(0), type: "run.started", plan: "PLAN.md", tasks: 3, gates: 1, agents: ["builder"] },
      { at: at(2), type: "attempt.started", ...attempt },
      { at: at(3), type: "attempt.progress", task: "T-1", attempt: 2, value: 0.5, message: "half" },
      { at: at(65), type: "attempt.ended", ...attempt, outcome: "refused", summary: "coverage 81 %" },
      judged(66),
    ]);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe("   0:00  PLAN.md: 3 tasks, 1 gate, 1 agent (builder)");
    expect(lines[1]).toBe("   0:02  ▸ started   T-1 Write it (attempt 2) by builder");
    expect(lines[2]).toMatch(/1:05 {2}✗ refused .*T-1 Write it \(attempt 2\) by builder - coverage 81 %/);
    expect(lines[3]).toMatch(/1:06 {2}✗ fail {2}p95 <500ms: violated - 612 ms/);
  });

  it("does not repeat a gate that is judged alike again, and shows it when it turns", () => {
    expect(shown([judged(0), judged(1), judged(2, { verdict: "pass", reason: "met" }), judged(3)])).toHaveLength(3);
  });

  it("does not repeat what a task waits for until it was tried again", () => {
    const wait = (second: number): LiveEvent => ({
      at: at(second),
      type: "task.waiting",
      task: "T-1",
      title: "Write it",
      why: "no agent",
    });
    expect(shown([wait(0), wait(1)])).toHaveLength(1);
    expect(shown([wait(0), { at: at(1), type: "attempt.started", ...attempt }, wait(2)])).toHaveLength(3);
  });

  it("writes no escape sequences, whatever a title or a message holds", () => {
    const evil = "\u001b[2Jx\ny";
    const lines = shown([
      { at: at(0), type: "run.started", plan: evil, tasks: 0, gates: 0, agents: [] },
      {
        at: at(0),
        type: "attempt.ended",
        task: evil,
        title: evil,
        attempt: 1,
        agent: evil,
        outcome: "failed",
        summary: evil,
      },
      { at: at(0), type: "note", level: "warning", message: evil },
      { at: at(0), type: "check.ended", check: evil, outcome: evil, durationMs: 5 },
    ]);
    expect(lines).toHaveLength(4);
    expect(lines.join("")).not.toContain("\u001b");
  });

  it("writes nothing after its end", () => {
    let text = "";
    const view = new PlainView({ write: (more) => (text += more) }, style);
    view.close();
    view.show(judged(0));
    expect(text).toBe("");
  });
});

describe("eventText", () => {
  it("leaves the key out where it is a hash, and the title where it is the key", () => {
    const line = (task: string, title: string) =>
      eventText({ at: at(0), type: "task.waiting", task, title, why: "" }, style);
    expect(line("task-0123456789abcdef", "Write it")).toBe("◆ waiting   Write it");
    expect(line("T-1", "T-1")).toBe("◆ waiting   T-1");
    expect(line("T-1", "")).toBe("◆ waiting   T-1");
  });

  it("names a severity that is not critical and a gate without a metric by its key", () => {
    const text = eventText(judged(0, { metric: null, severity: "important" }), style);
    expect(text).toContain("load/p95");
    expect(text).toContain("(important)");
  });

  it("says waived for a waived gate", () => {
    expect(eventText(judged(0, { verdict: "pass", reason: "waived" }), style)).toContain("~ waived");
  });

  it.each([
    ["accepted", "✓"],
    ["held", "◆"],
    ["released", "○"],
    ["handed_back", "○"],
    ["lost", "✗"],
  ] as const)("marks an attempt that was %s with %s", (outcome, mark) => {
    expect(
      eventText({ at: at(0), type: "attempt.ended", ...attempt, outcome, summary: "" }, style)?.startsWith(mark),
    ).toBe(true);
  });

  it("shows notes and ended checks, and no starts of checks", () => {
    expect(eventText({ at: at(0), type: "note", level: "info", message: "resumed" }, style)).toBe("· resumed");
    expect(
      eventText({ at: at(0), type: "check.ended", check: "scan", outcome: "timed_out", durationMs: 60_000 }, style),
    ).toContain("timed out (1 min 00 s)");
    expect(
      eventText({ at: at(0), type: "check.ended", check: "scan", outcome: "ok", durationMs: 10 }, style),
    ).toContain("scan: ok (10 ms)");
    expect(eventText({ at: at(0), type: "check.started", check: "scan", command: "x" }, style)).toBeNull();
  });
});

describe("EventsView", () => {
  it("writes each event as one line of JSON, unchanged, until it is closed", () => {
    let text = "";
    const view = new EventsView({ write: (more) => (text += more) });
    const event = judged(0, { explanation: "two\nlines" });
    view.show(event);
    view.close();
    view.show(event);
    expect(text.split("\n")).toHaveLength(2);
    expect(JSON.parse(text)).toEqual(event);
  });
});
