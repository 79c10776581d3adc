/**
 * The states of a task, who may move it, and what the move changes.
 *
 * ```
 *             unblock               claim               report               accept
 *   waiting ───────────▶ ready ───────────────▶ leased ──────────▶ reported ─────────▶ accepted
 *     ▲ │ ▲              ▲ ▲ ▲ │                │ │ │               │ │  │               ▲
 *     │ │ └── block ─────┼─┼─┼─┘                │ │ │               │ │  └─ hold ─▶ held ┘ accept
 *     │ │                │ │ └──── release ─────┘ │ │               │ │             │
 *     │ │                │ └── fail, expire ──────┘ │               │ │             │
 *     │ │                │     (tries left)         │               │ │             │
 *     │ │                ├──── refuse (tries left) ─┼───────────────┘─┼─────────────┤
 *     │ │                └──── handBack, redrive ───┼─────────────────┴─────────────┘
 *     │ │                                           ▼
 *     │ │                     fail, expire, refuse (last try) ─────▶ dead ── redrive ─▶ ready
 *     │ └─ unblock of a checkpoint, or of a task that is judged first ─▶ reported
 *     ├─── restore ◀── cancelled ◀── cancel ── any open state, and dead
 *     └─── reopen  ◀── accepted, when a changed document puts another critical gate on it
 *
 *   leased ─── halt ──▶ held, blocked ─── reoffer ──▶ ready
 * ```
 *
 * The database decides every move; a process may only assume what its last write returned. `attempt` counts up with
 * each claim and is the fencing token: a fenced command that carries another number changes nothing. `tries` counts
 * the attempts that failed, expired or were refused; one that was released or handed back is not counted.
 *
 * `handBack` is for finished work that could not be brought in through no fault of whoever did it: the tree it was made
 * for has changed meanwhile. `redrive` of a held task is a person's word that the work shall be done anew.
 *
 * `block`, `restore` and `reopen` come from a changed document alone: a task that has not begun gets another dependency,
 * a removed one is back, an accepted one has a gate that nobody has judged. Each leads through `waiting` again.
 *
 * `halt` is the agent's word that it cannot go on. What it halted was never reported: no gate was asked, so nothing but an
 * operator's `reoffer`, `redrive` or `cancel` moves it. Any move out of `held` ends the block.
 *
 * A checkpoint is never offered to an agent: when its dependencies are met it waits for judgement (`reported`), and it
 * is accepted or held, never refused, since nobody could try it again.
 */

/** Every state a task can be in. */
export const TASK_STATES = ["waiting", "ready", "leased", "reported", "held", "accepted", "dead", "cancelled"] as const;

/** One of {@link TASK_STATES}. */
export type TaskState = (typeof TASK_STATES)[number];

/** `task` is worked by an agent; `checkpoint` is judged by the engine where a phase, step or plan ends. */
export type TaskKind = "task" | "checkpoint";

/** Who may give a command: whoever holds the lease, the engine itself, or a person. */
export type TaskActor = "agent" | "engine" | "operator";

/** Every command that moves a task. */
export type TaskCommandKind =
  | "unblock"
  | "block"
  | "claim"
  | "report"
  | "release"
  | "fail"
  | "expire"
  | "accept"
  | "refuse"
  | "handBack"
  | "hold"
  | "halt"
  | "reoffer"
  | "cancel"
  | "redrive"
  | "restore"
  | "reopen";

/** What the machine knows of a task. */
export interface TaskSnapshot {
  readonly kind: TaskKind;
  readonly state: TaskState;
  /** Dependencies that are not accepted yet. */
  readonly unmet: number;
  /** The fencing token: how often the task was claimed. */
  readonly attempt: number;
  /** How many attempts failed, expired or were refused since the last redrive. */
  readonly tries: number;
  /** After this many counted tries the task is dead. At least 1. */
  readonly maxAttempts: number;
  /** Judged before it is offered, because the plan claims that it is done. Always true for a checkpoint. */
  readonly judgeFirst: boolean;
  /** Held by the word of its agent that it cannot go on, and never reported. */
  readonly blocked: boolean;
}

/** A command; `attempt` is required where the transition is fenced. */
export interface TaskCommand {
  readonly kind: TaskCommandKind;
  readonly attempt?: number;
}

/** Conditions that a transition may ask for. */
export type TaskGuard =
  | "noUnmet"
  | "someUnmet"
  | "judgedFirst"
  | "offered"
  | "triesLeft"
  | "lastTry"
  | "untried"
  | "tried"
  | "blocked"
  | "notBlocked";

/** One row of the transition table. */
export interface TaskTransition {
  readonly command: TaskCommandKind;
  readonly from: TaskState;
  readonly to: TaskState;
  readonly by: TaskActor;
  /** Whether the command must carry the current attempt. */
  readonly fenced: boolean;
  /** All must hold. Among rows of one command and state the first whose guards hold is taken. */
  readonly when: readonly TaskGuard[];
  /** What happens to the fencing token. */
  readonly attempt: "keep" | "next";
  /** What happens to the number of counted tries. */
  readonly tries: "keep" | "count" | "reset";
}

/** The guards, by name. */
export const TASK_GUARDS: Readonly<Record<TaskGuard, (task: TaskSnapshot) => boolean>> = {
  noUnmet: (task) => task.unmet === 0,
  someUnmet: (task) => task.unmet > 0,
  judgedFirst: (task) => task.judgeFirst || task.kind === "checkpoint",
  offered: (task) => task.kind === "task",
  triesLeft: (task) => task.tries + 1 < task.maxAttempts,
  lastTry: (task) => task.tries + 1 >= task.maxAttempts,
  untried: (task) => task.attempt === 0,
  tried: (task) => task.attempt > 0,
  blocked: (task) => task.blocked,
  notBlocked: (task) => !task.blocked,
};

type Row = readonly [
  command: TaskCommandKind,
  from: readonly TaskState[],
  to: TaskState,
  by: TaskActor,
  fence: "fenced" | "free",
  when: readonly TaskGuard[],
  attempt?: "next" | "keep",
  tries?: "count" | "reset" | "keep",
];

const ROWS: readonly Row[] = [
  ["unblock", ["waiting"], "reported", "engine", "free", ["noUnmet", "judgedFirst"]],
  ["unblock", ["waiting"], "ready", "engine", "free", ["noUnmet", "offered"]],
  ["block", ["ready"], "waiting", "engine", "free", ["someUnmet"]],
  ["block", ["reported", "held"], "waiting", "engine", "free", ["someUnmet", "untried"]],
  ["claim", ["ready"], "leased", "agent", "free", ["offered"], "next"],
  ["report", ["leased"], "reported", "agent", "fenced", []],
  ["release", ["leased"], "ready", "agent", "fenced", []],
  ["fail", ["leased"], "ready", "agent", "fenced", ["triesLeft"], "keep", "count"],
  ["fail", ["leased"], "dead", "agent", "fenced", ["lastTry"], "keep", "count"],
  ["expire", ["leased"], "ready", "engine", "fenced", ["triesLeft"], "keep", "count"],
  ["expire", ["leased"], "dead", "engine", "fenced", ["lastTry"], "keep", "count"],
  ["accept", ["reported", "held"], "accepted", "engine", "fenced", ["notBlocked"]],
  ["refuse", ["reported", "held"], "ready", "engine", "fenced", ["notBlocked", "offered", "untried"]],
  [
    "refuse",
    ["reported", "held"],
    "ready",
    "engine",
    "fenced",
    ["notBlocked", "offered", "triesLeft"],
    "keep",
    "count",
  ],
  ["refuse", ["reported", "held"], "dead", "engine", "fenced", ["notBlocked", "offered", "lastTry"], "keep", "count"],
  ["handBack", ["reported", "held"], "ready", "engine", "fenced", ["notBlocked", "offered", "tried"]],
  ["hold", ["reported"], "held", "engine", "fenced", []],
  ["halt", ["leased"], "held", "agent", "fenced", []],
  ["reoffer", ["held"], "ready", "operator", "free", ["blocked", "offered"]],
  ["cancel", ["waiting", "ready", "leased", "reported", "held", "dead"], "cancelled", "operator", "free", []],
  ["redrive", ["dead", "held"], "ready", "operator", "free", ["offered"], "keep", "reset"],
  ["restore", ["cancelled"], "waiting", "engine", "free", [], "keep", "reset"],
  ["reopen", ["accepted"], "waiting", "engine", "free", []],
];

/** The transition table. Order matters only among rows with the same command and state. */
export const TASK_TRANSITIONS: readonly TaskTransition[] = ROWS.flatMap(
  ([command, states, to, by, fence, when, attempt = "keep", tries = "keep"]) =>
    states.map((from) => ({ command, from, to, by, fenced: fence === "fenced", when, attempt, tries })),
);

/** Why a command changed nothing. `fenced`: it speaks for an attempt that is no longer the current one. */
export type TransitionRefusal = "fenced" | "wrong_state" | "guard";

/** What a command did: the task as it is now and the row of the table that moved it, or why nothing changed. */
export type TransitionResult =
  | { readonly ok: true; readonly task: TaskSnapshot; readonly by: TaskTransition }
  | { readonly ok: false; readonly reason: TransitionRefusal };

/**
 * Applies a command to a task by the transition table.
 *
 * A fenced command is checked for its attempt before its state, so that a late answer is told that it is late and not
 * that the task is in some other state by now.
 */
export function transition(task: TaskSnapshot, command: TaskCommand): TransitionResult {
  const ofCommand = TASK_TRANSITIONS.filter((row) => row.command === command.kind);
  if (ofCommand.some((row) => row.fenced) && command.attempt !== task.attempt) return { ok: false, reason: "fenced" };
  const ofState = ofCommand.filter((row) => row.from === task.state);
  if (ofState.length === 0) return { ok: false, reason: "wrong_state" };
  const row = ofState.find((candidate) => candidate.when.every((guard) => TASK_GUARDS[guard](task)));
  if (row === undefined) return { ok: false, reason: "guard" };
  return {
    ok: true,
    task: {
      ...task,
      state: row.to,
      attempt: nextAttempt(task, row),
      tries: nextTries(task, row),
      blocked: row.command === "halt",
    },
    by: row,
  };
}

/** Whether nothing but an operator can move the task any more. */
export function isFinal(state: TaskState): boolean {
  return state === "accepted" || state === "dead" || state === "cancelled";
}

function nextAttempt(task: TaskSnapshot, row: TaskTransition): number {
  return row.attempt === "next" ? task.attempt + 1 : task.attempt;
}

function nextTries(task: TaskSnapshot, row: TaskTransition): number {
  if (row.tries === "reset") return 0;
  return row.tries === "count" ? task.tries + 1 : task.tries;
}
