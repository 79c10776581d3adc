import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isFinal,
  TASK_GUARDS,
  TASK_STATES,
  TASK_TRANSITIONS,
  type TaskCommandKind,
  type TaskSnapshot,
  transition,
} from "./task-machine.ts";

const LEASED: TaskSnapshot = {
  kind: "task",
  state: "leased",
  unmet: 0,
  attempt: 2,
  tries: 1,
  maxAttempts: 3,
  judgeFirst: false,
  blocked: false,
};

const COMMANDS = [...new Set(TASK_TRANSITIONS.map((row) => row.command))];

const snapshots: fc.Arbitrary<TaskSnapshot> = fc
  .record({
    kind: fc.constantFrom("task" as const, "checkpoint" as const),
    state: fc.constantFrom(...TASK_STATES),
    unmet: fc.integer({ min: 0, max: 2 }),
    attempt: fc.integer({ min: 0, max: 4 }),
    tries: fc.integer({ min: 0, max: 3 }),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
    judgeFirst: fc.boolean(),
    blocked: fc.boolean(),
  })
  .map((task) => ({ ...task, blocked: task.blocked && task.state === "held" }));

const commands = fc.record({ kind: fc.constantFrom(...COMMANDS), attempt: fc.integer({ min: 0, max: 4 }) });

function holds(property: fc.IProperty<unknown>): string {
  const result = fc.check(property, { numRuns: 2_000 });
  return result.failed ? fc.defaultReportMessage(result) : "";
}

function stateAfter(task: TaskSnapshot, kind: TaskCommandKind, attempt: number = task.attempt): string {
  const result = transition(task, { kind, attempt });
  return result.ok ? result.task.state : result.reason;
}

describe("the transition table", () => {
  test("moves only along its own rows", () => {
    const property = fc.property(snapshots, commands, (task, command) => {
      const result = transition(task, command);
      if (!result.ok) return true;
      const row = TASK_TRANSITIONS.find((candidate) => candidate === result.by);
      return row?.command === command.kind && row.from === task.state && row.to === result.task.state;
    });
    expect(holds(property)).toBe("");
  });

  test("takes no fenced command of another attempt", () => {
    const property = fc.property(snapshots, commands, (task, command) => {
      const result = transition(task, command);
      return !result.ok || !result.by.fenced || command.attempt === task.attempt;
    });
    expect(holds(property)).toBe("");
  });

  test("never lowers the attempt, and raises it by a claim alone", () => {
    const property = fc.property(snapshots, commands, (task, command) => {
      const result = transition(task, command);
      return !result.ok || result.task.attempt === task.attempt + (command.kind === "claim" ? 1 : 0);
    });
    expect(holds(property)).toBe("");
  });

  test("accepts only what was reported or held", () => {
    const intoAccepted = TASK_TRANSITIONS.filter((row) => row.to === "accepted");
    expect(intoAccepted.map((row) => [row.command, row.from])).toEqual([
      ["accept", "reported"],
      ["accept", "held"],
    ]);
  });

  test("lets nothing but a changed document move an accepted task", () => {
    expect(TASK_TRANSITIONS.filter((row) => row.from === "accepted").map((row) => row.command)).toEqual(["reopen"]);
  });

  test("never offers a checkpoint to an agent", () => {
    const property = fc.property(snapshots, commands, (task, command) => {
      const result = transition({ ...task, kind: "checkpoint" }, command);
      return !result.ok || result.task.state !== "leased";
    });
    expect(holds(property)).toBe("");
  });

  test("reaches every state from waiting", () => {
    const reached = new Set(["waiting"]);
    for (const _ of TASK_STATES) {
      for (const row of TASK_TRANSITIONS) if (reached.has(row.from)) reached.add(row.to);
    }
    expect([...reached].sort()).toEqual([...TASK_STATES].sort());
  });

  test("decides each case by one row: the guards of a command and state never leave two ways open", () => {
    const property = fc.property(snapshots, commands, (task, command) => {
      const open = TASK_TRANSITIONS.filter(
        (row) =>
          row.command === command.kind &&
          row.from === task.state &&
          row.when.every((guard) => TASK_GUARDS[guard](task)),
      );
      // A task that is judged first is judged first, and an untried refusal is not counted: the first row wins.
      const orderedOnPurpose = command.kind === "unblock" || (command.kind === "refuse" && task.attempt === 0);
      return open.length <= 1 || orderedOnPurpose;
    });
    expect(holds(property)).toBe("");
  });
});

describe("a task", () => {
  test("that is leased can be reported, released or failed by its attempt", () => {
    expect(["report", "release", "fail"].map((kind) => stateAfter(LEASED, kind as TaskCommandKind))).toEqual([
      "reported",
      "ready",
      "ready",
    ]);
  });

  test("keeps its tries when it is released", () => {
    const result = transition(LEASED, { kind: "release", attempt: 2 });
    expect(result.ok && result.task.tries).toBe(1);
  });

  test("dies when its last try fails", () => {
    expect(stateAfter({ ...LEASED, tries: 2 }, "fail")).toBe("dead");
  });

  test("dies when its last try is refused", () => {
    expect(stateAfter({ ...LEASED, state: "reported", tries: 2 }, "refuse")).toBe("dead");
  });

  test("comes back from the dead with its tries forgotten", () => {
    const result = transition({ ...LEASED, state: "dead", tries: 3 }, { kind: "redrive" });
    expect(result.ok && [result.task.state, result.task.tries, result.task.attempt]).toEqual(["ready", 0, 2]);
  });

  test("tells a late answer that it is late, whatever state the task is in by now", () => {
    expect(stateAfter({ ...LEASED, state: "accepted" }, "report", 1)).toBe("fenced");
  });

  test("tells an answer of the current attempt that the state is wrong", () => {
    expect(stateAfter({ ...LEASED, state: "accepted" }, "report")).toBe("wrong_state");
  });

  test("that claims to be done is judged before it is offered, and a refusal then counts no try", () => {
    const waiting: TaskSnapshot = { ...LEASED, state: "waiting", attempt: 0, tries: 0, judgeFirst: true };
    expect(stateAfter(waiting, "unblock")).toBe("reported");
    const refused = transition({ ...waiting, state: "reported" }, { kind: "refuse", attempt: 0 });
    expect(refused.ok && [refused.task.state, refused.task.tries]).toEqual(["ready", 0]);
  });

  test("that its agent halts is held, is never accepted or refused so, and is offered again without counting the try", () => {
    const halted = transition(LEASED, { kind: "halt", attempt: 2 });
    expect(halted.ok && [halted.task.state, halted.task.blocked, halted.task.tries]).toEqual(["held", true, 1]);
    const task = halted.ok ? halted.task : LEASED;
    expect((["accept", "refuse", "hold"] as const).map((kind) => stateAfter(task, kind))).toEqual([
      "guard",
      "guard",
      "wrong_state",
    ]);
    const again = transition(task, { kind: "reoffer" });
    expect(again.ok && [again.task.state, again.task.blocked, again.task.tries]).toEqual(["ready", false, 1]);
  });

  test("that is held for a gate is not offered again by an operator's word", () => {
    expect(stateAfter({ ...LEASED, state: "held" }, "reoffer")).toBe("guard");
  });

  test("is blocked only while it is held", () => {
    const property = fc.property(snapshots, commands, (task, command) => {
      const result = transition(task, command);
      return !result.ok || !result.task.blocked || result.task.state === "held";
    });
    expect(holds(property)).toBe("");
  });

  test("does not begin while a dependency is open", () => {
    expect(stateAfter({ ...LEASED, state: "waiting", unmet: 1 }, "unblock")).toBe("guard");
  });
});

describe("a checkpoint", () => {
  const checkpoint: TaskSnapshot = { ...LEASED, kind: "checkpoint", state: "reported", attempt: 0, judgeFirst: true };

  test("is accepted or held, and never refused", () => {
    expect(["accept", "hold", "refuse"].map((kind) => stateAfter(checkpoint, kind as TaskCommandKind))).toEqual([
      "accepted",
      "held",
      "guard",
    ]);
  });
});

test("accepted, dead and cancelled are the states that end a task", () => {
  expect(TASK_STATES.filter(isFinal)).toEqual(["accepted", "dead", "cancelled"]);
});
