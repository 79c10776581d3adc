import type { TaskState } from "@holdpoint/core";
import type { WorkCommand } from "../../packages/server/src/work/work.commands.ts";

/** What the store says of a task, as far as rules are about it. */
export interface TaskFacts {
  readonly state: TaskState;
  readonly attempt: number;
  readonly tries: number;
  readonly unmet: number;
  readonly agent: string | null;
  readonly owner: string | null;
  /** Milliseconds since the epoch, by the clock of the server that gave or prolonged the lease. */
  readonly expiresAt: number | null;
}

/** A task that is in the store changed. Seen from outside: what was there before and after one command. */
export interface ChangeRecord {
  readonly type: "change";
  /** True time, milliseconds since the epoch. */
  readonly at: number;
  readonly server: string;
  /** What the server's clock said when it began the transaction. */
  readonly clock: number;
  /** Kind of the command; `import`, `shorten` and `restore` change tasks without one. */
  readonly by: WorkCommand["kind"] | "import" | "shorten" | "restore";
  readonly task: string;
  /** Null for a new task. */
  readonly before: TaskFacts | null;
  readonly after: TaskFacts;
}

/** A command was carried out in the store. */
export interface OutcomeRecord {
  readonly type: "outcome";
  readonly at: number;
  readonly server: string;
  readonly by: WorkCommand["kind"];
  readonly task: string;
  /** Null for an operator's. */
  readonly attempt: number | null;
  readonly ok: boolean;
}

/** A client was answered, and got the answer. */
export interface AnswerRecord {
  readonly type: "answer";
  readonly at: number;
  readonly client: string;
  readonly server: string;
  readonly operation: string;
  readonly params: Readonly<Record<string, string>>;
  readonly request: unknown;
  readonly status: number;
  readonly body: unknown;
}

/** A runner was told what became of a report, and brings the changes of the attempt in or throws them away. */
export interface ToldRecord {
  readonly type: "told";
  readonly at: number;
  readonly runner: string;
  readonly task: string;
  readonly attempt: number;
  /** `over`: it was told that its attempt had ended already. */
  readonly outcome: "accepted" | "refused" | "held" | "pending" | "taken" | "over";
}

/** Something was done to the world. */
export interface FaultRecord {
  readonly type: "fault";
  readonly at: number;
  readonly fault: string;
  /** For people. */
  readonly what: string;
}

/** One thing that happened, in the order in which it did. */
export type WorldRecord = ChangeRecord | OutcomeRecord | AnswerRecord | ToldRecord | FaultRecord;

/** A task as it was asked for. */
export interface WantedTask {
  readonly key: string;
  readonly dependsOn: readonly string[];
  readonly capabilities: readonly string[];
  readonly maxAttempts: number;
  /** Judged before it is offered. */
  readonly judgeFirst: boolean;
  readonly kind: "task" | "checkpoint";
}

/** A task as it is when the world ends. */
export interface LastFacts extends TaskFacts {
  readonly task: string;
  readonly key: string;
  readonly maxAttempts: number;
  readonly capabilities: readonly string[];
  readonly assigned: string | null;
  readonly priority: number;
  readonly blocked: boolean;
}

/** A time in which a server could not be expected to free leases: it was away, or without its store. */
export interface Outage {
  readonly server: string;
  readonly from: number;
  readonly until: number;
}

/** Everything that was seen of one world. */
export interface WorldHistory {
  readonly seed: number;
  readonly records: readonly WorldRecord[];
  readonly wanted: readonly WantedTask[];
  readonly last: readonly LastFacts[];
  readonly servers: readonly string[];
  readonly outages: readonly Outage[];
  /** Abilities of each agent. */
  readonly agents: ReadonlyMap<string, readonly string[]>;
  /** How far a server's clock may be from the true time, milliseconds. */
  readonly maxSkewMs: number;
  /** When the world ended. */
  readonly endedAt: number;
  /** Errors that no code of the product caught. */
  readonly uncaught: readonly string[];
}
