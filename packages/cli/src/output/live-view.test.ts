import { afterEach, describe, expect, it } from "vitest";
import type { LiveEvent } from "../report/live-event.ts";
import { chooseView } from "./choose-view.ts";
import { EventsView } from "./events-view.ts";
import { FakeClock, FakeProcess, FakeTerminal } from "./fake-terminal.testing.ts";
import { frameLines } from "./live-frame.ts";
import { LiveState } from "./live-state.ts";
import { LiveView, systemViewClock } from "./live-view.ts";
import { PlainView } from "./plain-view.ts";
import { outlineOf } from "./plan-outline.ts";
import { createStyle } from "./style.ts";
import { textWidth } from "./text-width.ts";

const style = createStyle({ isTerminal: false, columns: 80, env: { LANG: "C.UTF-8" } });
const START = Date.UTC(2026, 2, 2, 10);
const at = (second: number): string => new Date(START + second * 1000).toISOString();

/** Phases of four tasks and one gate each. */
function outline(phases: number) {
  const numbers = Array.from({ length: phases }, (_, index) => index + 1);
  const phase = (n: number) => ({ key: `p${n}`, kind: "phase" as const, title: `Phase ${n}: Something`, parent: null });
  const task = (n: number, t: number) => ({
    key: `T-${n}.${t}`,
    kind: "task" as const,
    title: `Task ${n}.${t}`,
    parent: `p${n}`,
  });
  const items = numbers.flatMap((n) => [phase(n), ...[1, 2, 3, 4].map((t) => task(n, t))]);
  const gates = numbers.map((n) => ({ key: `g${n}`, item: `p${n}` }));
  return outlineOf(
    { title: "Tracker", items, gates },
    items.filter((item) => item.kind === "task").map((item) => item.key),
  );
}

const started = (task: string, second = 0): LiveEvent => ({
  at: at(second),
  type: "attempt.started",
  task,
  title: `Title of ${task}`,
  attempt: 1,
  agent: "builder",
});
const ended = (task: string, outcome: string, second = 1): LiveEvent =>
  ({ ...started(task, second), type: "attempt.ended", outcome, summary: "" }) as LiveEvent;
const waiting = (task: string): LiveEvent => ({
  at: at(0),
  type: "task.waiting",
  task,
  title: `Title of ${task}`,
  why: "no agent can do it",
});
const judged = (gate: string, verdict: "pass" | "fail" | "inconclusive", second = 0): LiveEvent => ({
  at: at(second),
  type: "gate.judged",
  gate,
  metric: `metric_${gate}`,
  text: ">1",
  severity: "critical",
  verdict,
  reason: verdict === "pass" ? "met" : verdict === "fail" ? "violated" : "no_evidence",
  explanation: "",
});

function frame(events: readonly LiveEvent[], size = { columns: 100, rows: 50 }, phases = 3, second = 20): string[] {
  const state = new LiveState(outline(phases));
  for (const event of events) state.apply(event);
  return frameLines(state, START + second * 1000, style, size);
}

describe("a picture", () => {
  it("shows each phase with its progress, gates, and what goes on there", () => {
    const lines = frame([
      started("T-1.1"),
      ended("T-1.1", "accepted"),
      judged("g1", "pass"),
      started("T-2.1"),
      judged("g2", "fail"),
      waiting("T-3.1"),
    ]);
    expect(lines[0]).toContain("1/12 tasks · 1 running · gates 1/3 pass · 1 fail · 0:20");
    expect(lines[1]).toMatch(/○ Phase 1: Something +██░+ 1\/4 +gates 1\/1/);
    expect(lines[2]).toMatch(/▸ Phase 2: .* 0\/4 +gates 0\/1 ✗ 1 fail/);
    expect(lines[3]).toMatch(/◆ Phase 3: .*1 waiting/);
  });

  it("marks a phase as passed only when all its tasks are accepted and all its gates pass", () => {
    const tasks = ["T-1.1", "T-1.2", "T-1.3", "T-1.4"].flatMap((task) => [started(task), ended(task, "accepted")]);
    expect(frame(tasks)[1]).toContain("○ Phase 1");
    expect(frame([...tasks, judged("g1", "pass")])[1]).toContain("✓ Phase 1");
    expect(frame([...tasks, judged("g1", "pass"), judged("g1", "fail")])[1]).toContain("✗ Phase 1");
  });

  it("shows running attempts with agent, task, elapsed time and last words, until they end", () => {
    const progress: LiveEvent = {
      at: at(5),
      type: "attempt.progress",
      task: "T-1.1",
      attempt: 1,
      value: 0.4,
      message: "compiling",
    };
    const text = frame([started("T-1.1", 5), progress]).join("\n");
    expect(text).toMatch(/▸ +0:15 builder: T-1\.1 Title of T-1\.1 40 % - compiling/);
    expect(frame([started("T-1.1"), progress, ended("T-1.1", "failed")]).join("\n")).not.toContain("Running");
  });

  it("does not show late words of an attempt that is over, and keeps the last words when there are no new ones", () => {
    const words = (attempt: number, message: string): LiveEvent => ({
      at: at(1),
      type: "attempt.progress",
      task: "T-1.1",
      attempt,
      value: null,
      message,
    });
    expect(frame([started("T-1.1"), words(1, "now"), words(1, ""), words(0, "before")]).join("\n")).toContain("now");
    expect(frame([words(1, "nobody")]).join("\n")).not.toContain("nobody");
  });

  it("shows gates that turn, the latest first, and checks that run", () => {
    const text = frame([
      judged("g1", "pass"),
      judged("g2", "fail"),
      { at: at(0), type: "check.started", check: "c", command: "npm run load" },
    ]).join("\n");
    expect(text.indexOf("metric_g2")).toBeLessThan(text.indexOf("metric_g1"));
    expect(text).toContain("▸ check npm run load 0:20");
    const after: LiveEvent = { at: at(1), type: "check.ended", check: "c", outcome: "ok", durationMs: 1 };
    expect(
      frame([{ at: at(0), type: "check.started", check: "c", command: "npm run load" }, after]).join("\n"),
    ).not.toContain("npm run load");
  });

  it("shows the latest warning and not every note", () => {
    const note = (level: "info" | "warning", message: string): LiveEvent => ({
      at: at(0),
      type: "note",
      level,
      message,
    });
    const text = frame([note("warning", "first"), note("warning", "second"), note("info", "third")]).join("\n");
    expect(text).toContain("! second");
    expect(text).not.toMatch(/first|third/);
  });

  it.each([
    [79, 24],
    [60, 10],
    [30, 5],
    [20, 3],
    [10, 1],
    [80, 0],
  ])("never leaves a terminal of %i by %i", (columns, rows) => {
    const events = ["1", "2", "3", "4"]
      .flatMap((t) => [started(`T-2.${t}`), waiting(`T-5.${t}`)])
      .concat([judged("g2", "fail"), judged("g3", "pass")]);
    const lines = frame(events, { columns, rows }, 40);
    expect(lines.length).toBeLessThanOrEqual(rows);
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns);
  });

  it("keeps the phases where something happens when there is no room for all, and counts the rest", () => {
    const text = frame([started("T-30.1")], { columns: 80, rows: 8 }, 40).join("\n");
    expect(text).toContain("Phase 30");
    expect(text).toMatch(/… and \d+ more/);
    expect(text).not.toContain("Phase 29");
  });

  it("leaves tasks out where none is worked, as in a verification", () => {
    const items = [{ key: "p", kind: "phase" as const, title: "P", parent: null }];
    const state = new LiveState(outlineOf({ title: "x", items, gates: [{ key: "g", item: "p" }] }, []));
    const lines = frameLines(state, START, style, { columns: 80, rows: 10 });
    expect(lines[0]).not.toContain("tasks");
    expect(lines[1]?.trim()).toMatch(/^○ P +gates 0\/1$/);
  });

  it("takes totals from the run where it says them, and is still whole without an outline", () => {
    const run: LiveEvent = { at: at(0), type: "run.started", plan: "x", tasks: 99, gates: 7, agents: [] };
    expect(frame([run])[0]).toContain("0/99 tasks");
    const state = new LiveState(outlineOf({ title: "bare", items: [], gates: [] }, []));
    state.apply({ at: at(0), type: "note", level: "info", message: "x" });
    expect(frameLines(state, START, style, { columns: 80, rows: 10 })).toHaveLength(1);
  });
});

describe("an outline", () => {
  it("counts tasks and gates in every group above them and leaves out groups without any", () => {
    const items = [
      { key: "p", kind: "phase" as const, title: "P", parent: null },
      { key: "s", kind: "step" as const, title: "S", parent: "p" },
      { key: "t", kind: "task" as const, title: "T", parent: "s" },
      { key: "leaf", kind: "step" as const, title: "Leaf", parent: "p" },
      { key: "empty", kind: "phase" as const, title: "E", parent: null },
    ];
    const made = outlineOf(
      {
        title: "x",
        items,
        gates: [
          { key: "g", item: "t" },
          { key: "whole", item: null },
        ],
      },
      ["t", "leaf"],
    );
    expect(made.groups).toEqual([
      { key: "p", title: "P", depth: 0, tasks: 2, gates: 1 },
      { key: "s", title: "S", depth: 1, tasks: 1, gates: 1 },
    ]);
    expect(made.groupsOfTask.get("leaf")).toEqual(["p"]);
  });

  it("ends where parents go in a circle", () => {
    const items = [
      { key: "a", kind: "phase" as const, title: "A", parent: "b" },
      { key: "b", kind: "phase" as const, title: "B", parent: "a" },
    ];
    expect(outlineOf({ title: "x", items, gates: [] }, ["a"]).tasks).toBe(1);
  });
});

describe("LiveView", () => {
  function view(columns = 80, rows = 24) {
    const terminal = new FakeTerminal(columns, rows);
    const clock = new FakeClock(START);
    const process = new FakeProcess();
    return { terminal, clock, process, live: new LiveView({ terminal, style, outline: outline(3), clock, process }) };
  }

  it("draws over the picture before", () => {
    const { terminal, clock, live } = view();
    live.show(started("T-1.1"));
    clock.advance(150);
    live.show(ended("T-1.1", "accepted"));
    clock.advance(150);
    expect(terminal.screen.match(/Tracker/g)).toHaveLength(1);
    expect(terminal.screen).toContain("1/12 tasks");
    expect(terminal.screen).not.toContain("Running");
  });

  it("draws at most ten times a second, and the last state always", () => {
    const { terminal, clock, live } = view();
    for (let index = 0; index < 1000; index += 1) {
      live.show(index % 2 === 0 ? started("T-1.1") : ended("T-1.1", "failed"));
      clock.advance(1);
    }
    expect(terminal.writes).toBeLessThanOrEqual(13);
    live.show(started("T-3.3"));
    clock.advance(100);
    expect(terminal.screen).toContain("T-3.3");
  });

  it("lets the elapsed time go on while nothing happens", () => {
    const { terminal, clock, live } = view();
    live.show(started("T-1.1"));
    clock.advance(65_000);
    expect(terminal.screen).toContain("1:05 builder");
    live.close();
  });

  it("stays in place when it scrolls at the bottom of a small terminal", () => {
    const { terminal, clock, live } = view(60, 6);
    for (let second = 0; second < 5; second += 1) {
      live.show(started(`T-1.${second}`, second));
      clock.advance(1000);
    }
    expect(terminal.lines.length).toBeLessThanOrEqual(6);
  });

  it("clears all rows of a picture that a narrower terminal broke", () => {
    const { terminal, clock, live } = view(80, 24);
    live.show(started("T-1.1"));
    const before = terminal.lines.length;
    terminal.columns = 40;
    let up = 0;
    const write = terminal.write.bind(terminal);
    terminal.write = (text: string) => {
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      up = Number(/\u001b\[(\d+)A/.exec(text)?.[1] ?? up);
      write(text);
    };
    clock.advance(1000);
    expect(up).toBeGreaterThan(before - 1);
    live.close();
  });

  it("writes lines above the picture", () => {
    const { terminal, live } = view();
    live.show(started("T-1.1"));
    live.print("one line\n");
    live.print("another");
    expect(terminal.lines.slice(0, 2)).toEqual(["one line", "another"]);
    expect(terminal.screen.match(/Tracker/g)).toHaveLength(1);
    live.close();
    live.print("after\n");
    expect(terminal.screen.endsWith("after")).toBe(true);
  });

  it("hides the cursor, and gives it back on close together with all listeners and timers", () => {
    const { terminal, clock, process, live } = view();
    expect(terminal.isCursorShown).toBe(false);
    live.show(started("T-1.1"));
    live.close();
    live.close();
    expect(terminal.isCursorShown).toBe(true);
    expect(clock.pending).toBe(0);
    for (const event of ["exit", "SIGINT", "SIGTERM", "SIGHUP"]) expect(process.listenerCount(event)).toBe(0);
    const writes = terminal.writes;
    live.show(started("T-1.2"));
    expect(terminal.writes).toBe(writes);
  });

  it("gives the cursor back when the process exits without closing it", () => {
    const { terminal, process } = view();
    process.emit("exit");
    expect(terminal.isCursorShown).toBe(true);
  });

  it("gives the cursor back on a signal that nobody handles, and lets the signal do its work", () => {
    const { terminal, process } = view();
    process.emit("SIGTERM");
    expect(terminal.isCursorShown).toBe(true);
    expect(process.kills).toEqual(["SIGTERM"]);
    expect(process.listenerCount("SIGTERM")).toBe(0);
  });

  it("leaves a signal alone that somebody else handles", () => {
    const { terminal, process } = view();
    process.on("SIGINT", () => undefined);
    process.emit("SIGINT");
    expect(process.kills).toEqual([]);
    expect(terminal.isCursorShown).toBe(false);
  });
});

describe("chooseView", () => {
  const opened: { close(): void }[] = [];
  afterEach(() => {
    for (const view of opened.splice(0)) view.close();
  });
  const sink = (isTTY: boolean) =>
    ({ isTTY, columns: 80, rows: 24, write: () => true }) as unknown as NodeJS.WritableStream;
  const choose = (isTTY: boolean, env: Record<string, string> = {}, events = false) => {
    const view = chooseView({ events, out: sink(isTTY), err: sink(isTTY), env, style, outline: outline(1) });
    opened.push(view);
    return view;
  };

  it("takes JSON lines with --events, also on a terminal", () => {
    expect(choose(true, {}, true)).toBeInstanceOf(EventsView);
  });

  it("takes the live view on a terminal alone", () => {
    expect(choose(true)).toBeInstanceOf(LiveView);
    expect(choose(true, { CI: "false" })).toBeInstanceOf(LiveView);
    expect(choose(false)).toBeInstanceOf(PlainView);
    expect(choose(true, { TERM: "dumb" })).toBeInstanceOf(PlainView);
    expect(choose(true, { CI: "true" })).toBeInstanceOf(PlainView);
  });

  it("has a clock that can take a call back", async () => {
    expect(Math.abs(systemViewClock.now() - Date.now())).toBeLessThan(1000);
    await new Promise<void>((resolve, reject) => {
      const cancel = systemViewClock.after(0, () => {
        reject(new Error("was taken back"));
      });
      cancel();
      systemViewClock.after(1, resolve);
      // The view's timers do not keep a process alive; this test has to.
      setTimeout(() => undefined, 20);
    });
  });
});
