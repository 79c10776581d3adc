import type { LiveEvent } from "../report/live-event.ts";
import type { PlanOutline } from "./plan-outline.ts";

/** An attempt that goes on. */
export interface RunningAttempt {
  readonly task: string;
  readonly title: string;
  readonly attempt: number;
  readonly agent: string;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** 0..1, as the agent says, or null. */
  readonly value: number | null;
  readonly message: string;
}

/** What happened in one phase or step so far. */
export interface GroupProgress {
  readonly accepted: number;
  readonly running: number;
  readonly held: number;
  readonly gatesPass: number;
  readonly gatesFail: number;
}

type GateJudged = Extract<LiveEvent, { type: "gate.judged" }>;
type TaskWaiting = Extract<LiveEvent, { type: "task.waiting" }>;
type Note = Extract<LiveEvent, { type: "note" }>;

const NOTHING: GroupProgress = { accepted: 0, running: 0, held: 0, gatesPass: 0, gatesFail: 0 };
const TURNS_KEPT = 8;

/** What a live view knows: events folded into the present state. Draws nothing. */
export class LiveState {
  readonly outline: PlanOutline;
  readonly #running = new Map<string, RunningAttempt>();
  readonly #accepted = new Set<string>();
  readonly #waiting = new Map<string, TaskWaiting>();
  readonly #checks = new Map<string, { readonly command: string; readonly startedAtMs: number }>();
  readonly #gates = new Map<string, GateJudged>();
  readonly #groups = new Map<string, GroupProgress>();
  #turns: GateJudged[] = [];
  #note: Note | null = null;
  #startedAtMs: number | null = null;
  #gatesTotal = 0;
  #tasksTotal: number;

  constructor(outline: PlanOutline) {
    this.outline = outline;
    this.#tasksTotal = outline.tasks;
    this.#gatesTotal = outline.groupsOfGate.size;
  }

  /** Milliseconds since the epoch of the first event; null before it. */
  get startedAtMs(): number | null {
    return this.#startedAtMs;
  }

  get running(): readonly RunningAttempt[] {
    return [...this.#running.values()];
  }

  /** Checks that run outside of attempts. */
  get checks(): readonly { readonly command: string; readonly startedAtMs: number }[] {
    return [...this.#checks.values()];
  }

  /** Tasks that wait for a person, an agent, a gate or time, the latest last. */
  get waiting(): readonly TaskWaiting[] {
    return [...this.#waiting.values()];
  }

  /** Gates whose outcome changed, the latest last; a few. */
  get turns(): readonly GateJudged[] {
    return this.#turns;
  }

  /** The latest warning. */
  get note(): Note | null {
    return this.#note;
  }

  get tasks(): { readonly accepted: number; readonly total: number } {
    return { accepted: this.#accepted.size, total: Math.max(this.#tasksTotal, this.#accepted.size) };
  }

  get gates(): { readonly pass: number; readonly fail: number; readonly total: number } {
    const judged = [...this.#gates.values()];
    return {
      pass: judged.filter((gate) => gate.verdict === "pass").length,
      fail: judged.filter((gate) => gate.verdict === "fail").length,
      total: Math.max(this.#gatesTotal, judged.length),
    };
  }

  /** What happened in a group of the outline. */
  group(key: string): GroupProgress {
    return this.#groups.get(key) ?? NOTHING;
  }

  /** Folds in one event. */
  apply(event: LiveEvent): void {
    const atMs = Date.parse(event.at);
    this.#startedAtMs ??= atMs;
    switch (event.type) {
      case "run.started":
        this.#tasksTotal = event.tasks;
        this.#gatesTotal = event.gates;
        return;
      case "attempt.started":
        this.#stopWaiting(event.task);
        this.#stopRunning(event.task);
        this.#running.set(event.task, { ...event, startedAtMs: atMs, value: null, message: "" });
        return this.#count(event.task, { running: 1 });
      case "attempt.progress":
        return this.#progress(event);
      case "attempt.ended":
        this.#stopRunning(event.task);
        if (event.outcome === "accepted") this.#accept(event.task);
        return;
      case "task.waiting":
        if (!this.#waiting.has(event.task)) this.#count(event.task, { held: 1 });
        this.#waiting.set(event.task, event);
        return;
      case "check.started":
        this.#checks.set(event.check, { command: event.command, startedAtMs: atMs });
        return;
      case "check.ended":
        this.#checks.delete(event.check);
        return;
      case "gate.judged":
        return this.#judge(event);
      case "note":
        if (event.level === "warning") this.#note = event;
        return;
    }
  }

  #progress(event: Extract<LiveEvent, { type: "attempt.progress" }>): void {
    const running = this.#running.get(event.task);
    // Late words of an attempt that has ended are about nothing that is shown.
    if (running === undefined || running.attempt !== event.attempt) return;
    this.#running.set(event.task, {
      ...running,
      value: event.value ?? running.value,
      message: event.message || running.message,
    });
  }

  #accept(task: string): void {
    this.#stopWaiting(task);
    if (this.#accepted.has(task)) return;
    this.#accepted.add(task);
    this.#count(task, { accepted: 1 });
  }

  #stopRunning(task: string): void {
    if (this.#running.delete(task)) this.#count(task, { running: -1 });
  }

  #stopWaiting(task: string): void {
    if (this.#waiting.delete(task)) this.#count(task, { held: -1 });
  }

  #judge(event: GateJudged): void {
    const before = this.#gates.get(event.gate);
    this.#gates.set(event.gate, event);
    if (before?.verdict === event.verdict && before.reason === event.reason) return;
    this.#turns = [...this.#turns.filter((turn) => turn.gate !== event.gate), event].slice(-TURNS_KEPT);
    const groups = this.outline.groupsOfGate.get(event.gate) ?? [];
    const change = {
      gatesPass: Number(event.verdict === "pass") - Number(before?.verdict === "pass"),
      gatesFail: Number(event.verdict === "fail") - Number(before?.verdict === "fail"),
    };
    for (const group of groups) this.#add(group, change);
  }

  #count(task: string, change: Partial<GroupProgress>): void {
    for (const group of this.outline.groupsOfTask.get(task) ?? []) this.#add(group, change);
  }

  #add(group: string, change: Partial<GroupProgress>): void {
    const now = this.group(group);
    this.#groups.set(group, {
      accepted: now.accepted + (change.accepted ?? 0),
      running: now.running + (change.running ?? 0),
      held: now.held + (change.held ?? 0),
      gatesPass: now.gatesPass + (change.gatesPass ?? 0),
      gatesFail: now.gatesFail + (change.gatesFail ?? 0),
    });
  }
}
