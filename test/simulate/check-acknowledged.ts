import type { Violation } from "./check-world.ts";
import type { AnswerRecord, LastFacts, WorldHistory } from "./records.ts";

/** What the store was seen to do for a task, whoever asked. */
type Done = ReadonlySet<string>;

/** Which command the store must have carried out when an operation of one attempt is answered as done. */
const ATTEMPT_COMMANDS: Readonly<Record<string, string>> = {
  failAttempt: "fail",
  releaseAttempt: "release",
  blockAttempt: "halt",
  tellProgress: "renew",
};
/** The same for what operators ask. */
const OPERATOR_COMMANDS: Readonly<Record<string, string>> = {
  cancelTask: "cancel",
  retryTask: "redrive",
  unblockTask: "reoffer",
  prioritiseTask: "prioritise",
  assignTask: "assign",
};
/** What an answered settlement says, and what the store must have done for it. */
const SETTLED_BY: Readonly<Record<string, string>> = { accepted: "accept", refused: "refuse", held: "hold" };

/** Holds every answer that a client got against what the store did. */
export function checkAcknowledged(history: WorldHistory): readonly Violation[] {
  const violations: Violation[] = [];
  const done = new Set<string>();
  const created = new Set<string>();
  const last = new Map(history.last.map((task) => [task.task, task]));
  const finals: (() => void)[] = [];
  for (const record of history.records) {
    if (record.type === "outcome" && record.ok) done.add(`${record.by} ${record.task} ${record.attempt ?? ""}`);
    else if (record.type === "change") {
      if (record.before === null) created.add(record.task);
      if (record.by === "claim") done.add(`claim ${record.task} ${record.after.attempt} ${record.after.agent ?? ""}`);
    } else if (record.type === "told") {
      const { task, at, runner, attempt, outcome } = record;
      const isAccepted = done.has(`accept ${task} ${attempt}`);
      if (isAccepted ? outcome === "refused" || outcome === "over" : outcome === "accepted") {
        const what = `attempt ${attempt} ${isAccepted ? "is accepted" : "is not accepted"}, and ${runner} hears: ${outcome}`;
        violations.push({ rule: "told right", task, at, what });
      }
    } else if (record.type === "answer" && record.status < 300) {
      const say = (task: string | null, what: string): void =>
        void violations.push({
          rule: "nothing lost",
          task,
          at: record.at,
          what: `${record.operation} of ${record.client} was answered: ${what}`,
        });
      checkAnswer(record, done, created, say);
      finals.push(() => checkLast(record, last, say));
    }
  }
  for (const check of finals) check();
  return violations;
}

type Say = (task: string | null, what: string) => void;

function checkAnswer({ operation, params, request, body }: AnswerRecord, done: Done, created: Done, say: Say): void {
  const { task = "", attempt = "" } = params;
  const ofAttempt = ATTEMPT_COMMANDS[operation];
  const ofOperator = OPERATOR_COMMANDS[operation];
  if (ofAttempt !== undefined && !done.has(`${ofAttempt} ${task} ${attempt}`)) {
    say(task, `${ofAttempt} of attempt ${attempt} is done, and the store did no such thing`);
  }
  if (ofOperator !== undefined && !done.has(`${ofOperator} ${task} `)) {
    say(task, `${ofOperator} is done, and the store did no such thing`);
  }
  if (operation === "completeAttempt") {
    if (!done.has(`report ${task} ${attempt}`))
      say(task, `attempt ${attempt} is reported, and the store has no report`);
    // Whoever was quicker may have moved it on; then the answer is how it is by now.
    const settled = SETTLED_BY[textIn(body, "outcome")] ?? "report";
    if (settled === "accept" && !done.has(`accept ${task} ${attempt}`))
      say(task, `attempt ${attempt} is accepted, and the store has not`);
  }
  if (operation === "completeWork" || operation === "renewWork") {
    const [verb, list] = operation === "renewWork" ? ["renew", "leases"] : ["report", "tasks"];
    for (const entry of listIn(body, list)) {
      if (fieldOf(entry, "ok") !== true) continue;
      const ref = `${textIn(entry, "task")} ${String(fieldOf(entry, "attempt"))}`;
      if (!done.has(`${verb} ${ref}`))
        say(textIn(entry, "task"), `${verb} of ${ref} is done, and the store did no such thing`);
    }
  }
  if (operation === "createTasks") {
    for (const entry of listIn(body, "tasks")) {
      if (!created.has(textIn(entry, "id"))) say(textIn(entry, "id"), "it is created, and the store has no such task");
    }
  }
  if (operation === "claimWork" || operation === "claimForAgents") {
    for (const entry of listIn(body, "tasks")) {
      const agent = textIn(entry, "agent") || textIn(request, "agent");
      const ref = `${textIn(entry, "id")} ${String(fieldOf(entry, "attempt"))}`;
      if (!done.has(`claim ${ref} ${agent}`))
        say(textIn(entry, "id"), `${agent} is given ${ref}, and the store leased no such thing`);
    }
  }
}

/** What must still be so at the end. */
function checkLast({ operation, params, body }: AnswerRecord, last: ReadonlyMap<string, LastFacts>, say: Say): void {
  if (operation === "createTasks") {
    for (const entry of listIn(body, "tasks")) {
      if (!last.has(textIn(entry, "id")))
        say(textIn(entry, "id"), "it is created, and at the end there is no such task");
    }
  }
  const { task = "" } = params;
  const state = last.get(task)?.state;
  if (operation === "completeAttempt" && textIn(body, "outcome") === "accepted" && state !== "accepted") {
    say(task, `it is accepted, and at the end it is ${state ?? "gone"}`);
  }
  if (operation === "cancelTask" && state !== "cancelled")
    say(task, `it is cancelled, and at the end it is ${state ?? "gone"}`);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function textIn(value: unknown, name: string): string {
  const field = fieldOf(value, name);
  return typeof field === "string" ? field : "";
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const field = fieldOf(value, name);
  return Array.isArray(field) ? field : [];
}
