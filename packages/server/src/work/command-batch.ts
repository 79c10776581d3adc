import type { RetryPolicy } from "@holdpoint/core";
import type { Session, Statement } from "@holdpoint/store";
import { queueSettled } from "../callbacks/index.ts";
import type { NewEvent } from "../events/index.ts";
import { CLAIM, LOCK_LIMITS, LOCK_WORK, SHARE_WORK } from "./claim.sql.ts";
import { createTasks } from "./create-tasks.ts";
import { ASSIGN, CANCEL, HALT, PRIORITISE, REDRIVE, REOFFER } from "./operator.sql.ts";
import {
  type CommandOrigin,
  refusalOf,
  type Standing,
  type TaskCommandOf,
  type TracedCommand,
  type WorkCommand,
  type WorkResult,
} from "./work.commands.ts";
import { STANDING } from "./work.read.sql.ts";
import * as SQL from "./work.sql.ts";
import type { AttemptRef, Claim, ClaimRequest, ExpireRequest } from "./work.types.ts";

/** What a batch is run with. Everything that is not in the database comes from here, once for the whole batch. */
export interface BatchContext {
  readonly tenant: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly retry: RetryPolicy;
  random(): number;
  readonly newId: () => string;
}

/** How often a claim goes on past concurrency keys that have no room left: each time at least one more of them is full. */
const MAX_CLAIM_ROUNDS = 20;
/** Leases freed by one call unless it says otherwise. */
const DEFAULT_EXPIRE_LIMIT = 500;

interface MovedRow {
  /** 1-based; null for a task that began because others were accepted. */
  readonly place: number | null;
  readonly task_id: string;
  readonly plan_id: string;
  readonly key: string;
  readonly state: "waiting" | "ready" | "leased" | "reported" | "held" | "accepted" | "dead" | "cancelled";
  readonly attempt: number;
  readonly tries: number;
  readonly reason?: string | null;
  readonly missing?: readonly string[];
  readonly by?: string;
  readonly agent?: string;
  readonly priority?: number;
  readonly assigned?: string | null;
}

interface ClaimedRow extends MovedRow {
  readonly place: number;
  readonly expires_at_ms: number;
  readonly max_attempts: number;
  readonly missing: readonly string[];
  readonly title: string;
  readonly gates: readonly string[];
}

/** Tasks that were claimed, and how many more were left for want of room; one row without a task when none was. */
type ClaimAnswer = { readonly dropped: number } & (ClaimedRow | { readonly place: null });

/** What the tenant uses besides plain work. */
interface Uses {
  readonly assigned: boolean;
  readonly limited: boolean;
  readonly callbacks: boolean;
}

interface StandingRow extends Omit<Standing, "maxAttempts" | "judgeFirst" | "holder"> {
  readonly task_id: string;
  readonly max_attempts: number;
  readonly judge_first: boolean;
  readonly agent: string | null;
}

type Place<C> = CommandOrigin & { readonly at: number; readonly command: C };

/** Runs a batch of commands inside one transaction, kind after kind, and gathers the events it makes. */
export class CommandBatch {
  readonly events: NewEvent[] = [];
  private uses: Uses = { assigned: false, limited: false, callbacks: false };
  private queued = 0;
  private readonly tx: Session;
  private readonly context: BatchContext;
  private readonly results: (WorkResult | undefined)[] = [];

  constructor(tx: Session, context: BatchContext) {
    this.tx = tx;
    this.context = context;
  }

  /** Answers in the order of the commands. */
  async run(commands: readonly TracedCommand[]): Promise<readonly WorkResult[]> {
    const placed = commands.map((given, at) => ({ ...given, at }));
    const of = <K extends WorkCommand["kind"]>(kind: K): Place<Extract<WorkCommand, { kind: K }>>[] =>
      placed.filter((entry): entry is Place<Extract<WorkCommand, { kind: K }>> => entry.command.kind === kind);
    const created = of("create");
    await this.enter(created.some(({ command }) => command.input.tasks.some((task) => task.dependsOn.length > 0)));
    await this.create(created);
    // What gives work back comes before what hands it out; claims see everything that the batch made ready.
    await this.move("renewed", SQL.RENEW, of("renew"), (c) => [c.leaseTtlMs]);
    await this.move("reported", SQL.REPORT, of("report"), (c) => [json(c.result ?? null)]);
    await this.move("released", SQL.RELEASE, of("release"), (c) => [c.reason]);
    await this.move(
      "failed",
      SQL.FAIL,
      of("fail"),
      (c) => [c.reason, this.context.random()],
      this.retryValues("failed"),
    );
    for (const entry of of("expire")) {
      this.results[entry.at] = { kind: "freed", freed: await this.expire(entry.command.input) };
    }
    await this.move("held", SQL.HOLD, of("hold"), (c) => [json(c.missing)]);
    await this.move("refused", SQL.REFUSE, of("refuse"), (c) => [json(c.missing), this.context.random()], this.retry());
    await this.move("handed_back", SQL.HAND_BACK, of("handBack"), (c) => [json(c.missing)]);
    await this.move("accepted", SQL.ACCEPT, of("accept"), (c) => [json(c.evidence ?? [])]);
    await this.move("halted", HALT, of("halt"), (c) => [c.reason]);
    await this.move("cancelled", CANCEL, of("cancel"), (c) => [c.reason, c.by, c.only ?? null], [false]);
    await this.move("redriven", REDRIVE, of("redrive"), (c) => [c.reason, c.by]);
    await this.move("reoffered", REOFFER, of("reoffer"), (c) => [c.reason, c.by]);
    await this.move("prioritised", PRIORITISE, of("prioritise"), (c) => [c.priority, c.by]);
    await this.move("assigned", ASSIGN, of("assign"), (c) => [c.agent, c.by]);
    await this.claim(of("claim"));
    if (this.uses.callbacks) this.queued = await queueSettled(this.tx, this.context, this.events);
    return commands.map((_, at) => {
      const result = this.results[at];
      if (result === undefined) throw new Error("a command of a batch was left without an answer");
      return result;
    });
  }

  /** Whether somebody who waits for work may be served by what the batch did. */
  get hasFreed(): boolean {
    if (this.events.some((event) => event.data?.["to"] === "ready")) return true;
    // An attempt that ended gave the token of its concurrency key to the next.
    return this.uses.limited && this.events.some((event) => event.kind !== "task.claimed");
  }

  /** How many notifications the batch wrote that are to be sent. */
  get notifications(): number {
    return this.queued;
  }

  private async enter(alone: boolean): Promise<void> {
    const { tenant } = this.context;
    if (alone) await this.tx.run(LOCK_WORK, [tenant]);
    const [uses] = await this.tx.run<Uses>(SHARE_WORK, [tenant]);
    if (uses !== undefined) this.uses = uses;
    if (this.uses.limited) await this.tx.run(LOCK_LIMITS, [tenant]);
  }

  private async create(entries: readonly Place<Extract<WorkCommand, { kind: "create" }>>[]): Promise<void> {
    if (entries.length === 0) return;
    const requests = entries.map(({ command }) => command.input);
    const { outcomes, events } = await createTasks(this.tx, this.context, requests);
    const origins = new Map<string, CommandOrigin>();
    entries.forEach((entry, place) => {
      const created = outcomes[place];
      if (created === undefined) return;
      this.results[entry.at] = { kind: "created", created };
      if (created.ok) for (const { taskId } of created.tasks) origins.set(taskId, entry);
    });
    this.events.push(...events.map((event) => ({ ...event, ...originOf(origins.get(event.subject ?? "")) })));
  }

  private async move<C extends TaskCommandOf>(
    verb: string,
    statement: Statement,
    entries: readonly Place<C>[],
    columnsOf: (input: C["input"]) => readonly unknown[],
    more: readonly unknown[] = [],
  ): Promise<void> {
    if (entries.length === 0) return;
    const inputs = entries.map(({ command }) => [...refOf(command), ...columnsOf(command.input)]);
    const rows = await this.tx.run<MovedRow>(statement, [
      this.context.tenant,
      this.context.now,
      ...columns(inputs),
      ...more,
    ]);
    for (const row of rows) {
      const entry = row.place === null ? undefined : entries[row.place - 1];
      if (entry !== undefined) {
        const { state, attempt, tries } = row;
        this.results[entry.at] = { kind: "outcome", outcome: { ok: true, state, attempt, tries } };
      }
      if (verb !== "renewed") this.events.push(eventOf(entry === undefined ? "unblocked" : verb, row, entry));
    }
    await this.refuseRest(entries);
  }

  private async refuseRest(entries: readonly Place<TaskCommandOf>[]): Promise<void> {
    const rest = entries.filter((entry) => this.results[entry.at] === undefined);
    if (rest.length === 0) return;
    const ids = [...new Set(rest.map((entry) => entry.command.input.taskId))];
    const rows = await this.tx.run<StandingRow>(STANDING, [this.context.tenant, ids]);
    const standings = new Map(rows.map((row) => [row.task_id, toStanding(row)]));
    for (const { at, command } of rest) {
      const outcome = refusalOf(command, standings.get(command.input.taskId) ?? null);
      this.results[at] = { kind: "outcome", outcome };
    }
  }

  private async expire(request: ExpireRequest): Promise<readonly AttemptRef[]> {
    const { tenant, now } = this.context;
    const limit = request.limit ?? DEFAULT_EXPIRE_LIMIT;
    const due =
      request.owner === undefined
        ? await this.tx.run<{ task_id: string; attempt: number }>(SQL.EXPIRED, [tenant, now, limit])
        : await this.tx.run<{ task_id: string; attempt: number }>(SQL.LEASES_OF_OWNER, [tenant, request.owner, limit]);
    if (due.length === 0) return [];
    const reason = request.owner === undefined ? "the lease ran out" : "the process that held the lease is gone";
    const inputs = due.map((row) => [row.task_id, row.attempt, reason, this.context.random()]);
    const values = [tenant, now, ...columns(inputs), ...this.retryValues("expired")];
    const rows = await this.tx.run<MovedRow>(SQL.FAIL, values);
    for (const row of rows) this.events.push(eventOf("expired", row, undefined));
    return rows.map((row) => ({ taskId: row.task_id, attempt: row.attempt }));
  }

  /**
   * Requests that ask for the same kind of work are served by one statement, in the order they came; those of one agent
   * when tasks are reserved for agents.
   */
  private async claim(entries: readonly Place<Extract<WorkCommand, { kind: "claim" }>>[]): Promise<void> {
    const groups = new Map<string, Place<{ readonly input: ClaimRequest }>[]>();
    for (const entry of entries) {
      const { planId, capabilities, agent } = entry.command.input;
      const reserved = this.uses.assigned ? agent : null;
      const likeness = JSON.stringify([planId ?? null, [...new Set(capabilities)].sort(), reserved]);
      const known = groups.get(likeness);
      if (known === undefined) groups.set(likeness, [entry]);
      else known.push(entry);
    }
    for (const group of groups.values()) await this.claimAlike(group);
  }

  private async claimAlike(group: readonly Place<{ readonly input: ClaimRequest }>[]): Promise<void> {
    let slots = group.flatMap((entry) =>
      Array.from({ length: entry.command.input.limit ?? 1 }, () => ({
        at: entry.at,
        request: entry.command.input,
        ...originOf(entry),
      })),
    );
    const first = group[0]?.command.input;
    const answers = new Map<number, Claim[]>(group.map((entry) => [entry.at, []]));
    for (let round = 0; round < MAX_CLAIM_ROUNDS && slots.length > 0; round += 1) {
      const rows = await this.tx.run<ClaimAnswer>(CLAIM, [
        this.context.tenant,
        this.context.now,
        slots.map((slot) => slot.request.agent),
        slots.map((slot) => slot.request.owner),
        slots.map((slot) => this.context.now + slot.request.leaseTtlMs),
        first?.capabilities ?? [],
        first?.planId ?? null,
        this.uses.assigned ? (first?.agent ?? null) : null,
      ]);
      const claimed = rows.filter((row) => row.place !== null);
      for (const row of claimed) {
        const slot = slots[row.place - 1];
        if (slot !== undefined) answers.get(slot.at)?.push(toClaim(row));
        this.events.push(eventOf("claimed", { ...row, missing: [], reason: null }, slot));
      }
      if ((rows[0]?.dropped ?? 0) === 0) break;
      slots = slots.slice(claimed.length);
    }
    for (const [at, claims] of answers) this.results[at] = { kind: "claims", claims };
  }

  private retry(): readonly unknown[] {
    return [this.context.retry.baseMs, this.context.retry.capMs];
  }

  private retryValues(outcome: "failed" | "expired"): readonly unknown[] {
    return [...this.retry(), outcome];
  }
}

function json(value: unknown): string {
  return JSON.stringify(value);
}

function refOf(command: TaskCommandOf): readonly unknown[] {
  const { input } = command;
  return "attempt" in input ? [input.taskId, input.attempt] : [input.taskId];
}

/** Rows to columns: what `unnest` takes. */
function columns(rows: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]));
}

/** What no request gave has no origin. */
function originOf(origin: CommandOrigin | undefined): CommandOrigin {
  return { trace: origin?.trace ?? null, span: origin?.span ?? null };
}

function eventOf(verb: string, row: MovedRow, origin: CommandOrigin | undefined): NewEvent {
  const { key, state, tries, reason, missing, by, agent } = row;
  const told = {
    reason: reason ?? undefined,
    missing: missing?.length === 0 ? undefined : missing,
    by,
    agent,
    ...(verb === "prioritised" ? { priority: row.priority } : {}),
    ...(verb === "assigned" ? { assigned: row.assigned } : {}),
  };
  return {
    kind: `task.${verb}`,
    planId: row.plan_id,
    subject: row.task_id,
    attempt: row.attempt,
    data: { key, to: state, tries, ...told },
    ...originOf(origin),
  };
}

function toClaim(row: ClaimedRow): Claim {
  const { key, title, attempt, tries, gates, missing } = row;
  return {
    taskId: row.task_id,
    planId: row.plan_id,
    key,
    title,
    attempt,
    tries,
    maxAttempts: row.max_attempts,
    expiresAt: row.expires_at_ms,
    gates,
    missing,
  };
}

function toStanding(row: StandingRow): Standing {
  const { kind, state, unmet, attempt, tries } = row;
  return {
    kind,
    state,
    unmet,
    attempt,
    tries,
    maxAttempts: row.max_attempts,
    judgeFirst: row.judge_first,
    blocked: row.blocked,
    holder: row.agent,
  };
}
