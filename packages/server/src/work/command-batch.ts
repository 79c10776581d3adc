import type { RetryPolicy } from "@holdpoint/core";
import type { Session, Statement } from "@holdpoint/store";
import type { NewEvent } from "../events/index.ts";
import { refusalOf, type Standing, type TaskCommandOf, type WorkCommand, type WorkResult } from "./work.commands.ts";
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
}

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
}

interface ClaimedRow extends MovedRow {
  readonly place: number;
  readonly expires_at_ms: number;
  readonly max_attempts: number;
  readonly missing: readonly string[];
  readonly title: string;
  readonly gates: readonly string[];
}

interface StandingRow extends Omit<Standing, "maxAttempts" | "judgeFirst" | "holder"> {
  readonly task_id: string;
  readonly max_attempts: number;
  readonly judge_first: boolean;
  readonly agent: string | null;
}

type Place<C> = { readonly at: number; readonly command: C };

/** Runs a batch of commands inside one transaction, kind after kind, and gathers the events it makes. */
export class CommandBatch {
  readonly events: NewEvent[] = [];
  private readonly tx: Session;
  private readonly context: BatchContext;
  private readonly results: (WorkResult | undefined)[] = [];

  constructor(tx: Session, context: BatchContext) {
    this.tx = tx;
    this.context = context;
  }

  /** Answers in the order of the commands. */
  async run(commands: readonly WorkCommand[]): Promise<readonly WorkResult[]> {
    const placed = commands.map((command, at) => ({ at, command }));
    const of = <K extends WorkCommand["kind"]>(kind: K): Place<Extract<WorkCommand, { kind: K }>>[] =>
      placed.filter((entry): entry is Place<Extract<WorkCommand, { kind: K }>> => entry.command.kind === kind);
    await this.tx.run(SQL.SHARE_WORK, [this.context.tenant]);
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
    await this.move("cancelled", SQL.CANCEL, of("cancel"), (c) => [c.reason, c.by], [false]);
    await this.move("redriven", SQL.REDRIVE, of("redrive"), (c) => [c.reason, c.by]);
    await this.claim(of("claim"));
    return commands.map((_, at) => {
      const result = this.results[at];
      if (result === undefined) throw new Error("a command of a batch was left without an answer");
      return result;
    });
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
      if (verb !== "renewed") this.events.push(eventOf(entry === undefined ? "unblocked" : verb, row));
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
    for (const row of rows) this.events.push(eventOf("expired", row));
    return rows.map((row) => ({ taskId: row.task_id, attempt: row.attempt }));
  }

  /** Requests that ask for the same kind of work are served by one statement, in the order they came. */
  private async claim(entries: readonly Place<Extract<WorkCommand, { kind: "claim" }>>[]): Promise<void> {
    const groups = new Map<string, Place<{ readonly input: ClaimRequest }>[]>();
    for (const entry of entries) {
      const { planId, capabilities } = entry.command.input;
      const likeness = JSON.stringify([planId ?? null, [...new Set(capabilities)].sort()]);
      const known = groups.get(likeness);
      if (known === undefined) groups.set(likeness, [entry]);
      else known.push(entry);
    }
    for (const group of groups.values()) await this.claimAlike(group);
  }

  private async claimAlike(group: readonly Place<{ readonly input: ClaimRequest }>[]): Promise<void> {
    const slots = group.flatMap((entry) =>
      Array.from({ length: entry.command.input.limit ?? 1 }, () => ({ at: entry.at, request: entry.command.input })),
    );
    const first = group[0]?.command.input;
    const answers = new Map<number, Claim[]>(group.map((entry) => [entry.at, []]));
    const rows = await this.tx.run<ClaimedRow>(SQL.CLAIM, [
      this.context.tenant,
      this.context.now,
      slots.map((slot) => slot.request.agent),
      slots.map((slot) => slot.request.owner),
      slots.map((slot) => this.context.now + slot.request.leaseTtlMs),
      first?.capabilities ?? [],
      first?.planId ?? null,
    ]);
    for (const row of rows) {
      const slot = slots[row.place - 1];
      if (slot !== undefined) answers.get(slot.at)?.push(toClaim(row));
      this.events.push(eventOf("claimed", { ...row, missing: [] }));
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

function eventOf(verb: string, row: MovedRow): NewEvent {
  const { key, state, tries, reason, missing, by, agent } = row;
  const told = { reason: reason ?? undefined, missing: missing?.length === 0 ? undefined : missing, by, agent };
  return {
    kind: `task.${verb}`,
    planId: row.plan_id,
    subject: row.task_id,
    attempt: row.attempt,
    data: { key, to: state, tries, ...told },
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
    holder: row.agent,
  };
}
