import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkWorld, type Rule } from "./check-world.ts";
import type {
  AnswerRecord,
  ChangeRecord,
  LastFacts,
  Outage,
  OutcomeRecord,
  TaskFacts,
  WorldHistory,
  WorldRecord,
} from "./records.ts";
import { BEGINNING_MS } from "./virtual-time.ts";
import { World } from "./world.ts";

const NEW: TaskFacts = { state: "ready", attempt: 0, tries: 0, unmet: 0, agent: null, owner: null, expiresAt: null };
const LEASE = { agent: "ada", owner: "r", expiresAt: BEGINNING_MS + 5_000 } as const;
const NO_LEASE = { agent: null, owner: null, expiresAt: null } as const;

/** Tells the story of one task, and what rules it breaks. */
class Story {
  readonly records: WorldRecord[] = [];
  outages: readonly Outage[] = [];
  now: TaskFacts;
  at = BEGINNING_MS;
  readonly task: string;

  constructor(task = "a", now: TaskFacts = NEW) {
    this.task = task;
    this.now = now;
    this.change("create", now, null);
  }

  /** A command that the store carried out. */
  does(by: ChangeRecord["by"], facts: Partial<TaskFacts>, attempt: number | null = this.now.attempt): this {
    if (by !== "claim" && by !== "expire" && by !== "create") this.outcome(by as OutcomeRecord["by"], attempt);
    return this.change(by, { ...this.now, ...facts }, this.now);
  }

  outcome(by: OutcomeRecord["by"], attempt: number | null, ok = true): this {
    this.records.push({ type: "outcome", at: this.at, server: "s", by, task: this.task, attempt, ok });
    return this;
  }

  claims(attempt: number): this {
    return this.does("claim", { state: "leased", attempt, ...LEASE });
  }

  /** Answered to a client. */
  hears(operation: string, body: unknown, params: AnswerRecord["params"] = { task: this.task, attempt: "1" }): this {
    const who = { client: "c", server: "s", at: this.at } as const;
    this.records.push({ type: "answer", ...who, operation, params, request: {}, status: 200, body });
    return this;
  }

  accepts(attempt: number): this {
    return this.claims(attempt)
      .does("report", { state: "reported", ...NO_LEASE })
      .does("accept", { state: "accepted" });
  }

  after(ms: number): this {
    this.at += ms;
    return this;
  }

  private change(by: ChangeRecord["by"], after: TaskFacts, before: TaskFacts | null): this {
    this.records.push({ type: "change", at: this.at, server: "s", clock: this.at, by, task: this.task, before, after });
    this.now = after;
    return this;
  }
}

function broken(stories: Story | readonly Story[], more: Partial<WorldHistory> = {}): readonly Rule[] {
  const all = stories instanceof Story ? [stories] : stories;
  const last = all.map(({ task, now }): LastFacts => {
    return { ...now, task, key: task, maxAttempts: 3, capabilities: [], assigned: null, priority: 0, blocked: false };
  });
  const wanted = all.map(({ task }) => {
    return { key: task, dependsOn: [], capabilities: [], maxAttempts: 3, judgeFirst: false, kind: "task" as const };
  });
  const history: WorldHistory = {
    seed: 1,
    records: all.flatMap(({ records }) => records).sort((one, other) => one.at - other.at),
    wanted,
    last,
    servers: ["s"],
    outages: all.flatMap(({ outages }) => outages),
    agents: new Map([["ada", []]]),
    maxSkewMs: 0,
    endedAt: Math.max(...all.map(({ at }) => at)),
    uncaught: [],
    ...more,
  };
  return [...new Set(checkWorld(history).map(({ rule }) => rule))].sort();
}

describe("the history of a task breaks", () => {
  test("no rule when it is claimed, reported and accepted", () => {
    const story = new Story().accepts(1).hears("completeAttempt", { outcome: "accepted" });
    expect(broken(story)).toEqual([]);
  });

  test("no rule when it fails, is handed back and refused before it is accepted", () => {
    const story = new Story()
      .claims(1)
      .does("fail", { state: "ready", tries: 1, ...NO_LEASE })
      .claims(2)
      .does("release", { state: "ready", ...NO_LEASE })
      .claims(3)
      .does("report", { state: "reported", ...NO_LEASE })
      .does("refuse", { state: "ready", tries: 2 })
      .accepts(4);
    expect(broken(story)).toEqual([]);
  });

  test("the rule of one acceptance when it is accepted twice", () => {
    expect(broken(new Story().accepts(1).outcome("accept", 1))).toEqual(["accepted once"]);
  });

  test("the fence when an attempt that was replaced may report", () => {
    const story = new Story()
      .claims(1)
      .does("expire", { state: "ready", tries: 1, ...NO_LEASE })
      .claims(2);
    story.does("report", { state: "reported", ...NO_LEASE }, 1).does("accept", { state: "accepted" });
    expect(broken(story)).toEqual(["fence held", "lease kept"]);
  });

  test("the fence when what nobody holds is reported", () => {
    const story = new Story("a", { ...NEW, attempt: 0 }).claims(1).does("release", { state: "ready", ...NO_LEASE });
    expect(broken(story.does("report", { state: "reported" }).does("accept", { state: "accepted" }))).toEqual([
      "fence held",
    ]);
  });

  test("the fence when it is accepted without a report", () => {
    const story = new Story().claims(1).does("accept", { state: "accepted", ...NO_LEASE });
    expect(broken(story)).toEqual(["fence held"]);
  });

  test("the growth of fences when a number is used again, left out, or begun over a lease", () => {
    expect(
      broken(
        new Story().claims(1).does("release", NO_LEASE_READY).claims(1).does("release", NO_LEASE_READY).accepts(2),
      ),
    ).toEqual(["fence grows"]);
    expect(broken(new Story().accepts(2))).toEqual(["fence grows"]);
    expect(broken(new Story().claims(1).accepts(2))).toEqual(["fence grows"]);
  });

  test("the order when it begins before what it depends on is accepted", () => {
    const [parent, child] = [new Story("p").after(10), new Story("c").after(5)];
    const wanted = ["p", "c"].map((key) => {
      const dependsOn = key === "c" ? ["p"] : [];
      return { key, dependsOn, capabilities: [], maxAttempts: 3, judgeFirst: false, kind: "task" as const };
    });
    expect(broken([parent.accepts(1), child.accepts(1)], { wanted })).toEqual(["order kept"]);
    const late = new Story("c").after(20).accepts(1);
    expect(broken([parent, late], { wanted })).toEqual([]);
  });

  test("the count of tries when what is handed back is counted, or what failed is not", () => {
    expect(
      broken(
        new Story()
          .claims(1)
          .does("release", { ...NO_LEASE_READY, tries: 1 })
          .accepts(2),
      ),
    ).toEqual(["tries counted"]);
    expect(broken(new Story().claims(1).does("fail", NO_LEASE_READY).accepts(2))).toEqual(["tries counted"]);
  });

  test("the time of its death when it dies early, or is offered after its last try", () => {
    expect(broken(new Story().claims(1).does("fail", { ...NO_LEASE, state: "dead", tries: 1 }))).toEqual([
      "dead in time",
    ]);
    const fails = (story: Story, tries: number): Story =>
      story.claims(tries).does("fail", { ...NO_LEASE_READY, tries });
    const spent = [1, 2, 3].reduce(fails, new Story()).does("cancel", { state: "cancelled" }, null);
    expect(broken(spent)).toEqual(["dead in time"]);
  });

  test("the keeping of leases when one is freed or shortened before its end", () => {
    expect(
      broken(
        new Story()
          .claims(1)
          .after(4_999)
          .does("expire", { ...NO_LEASE_READY, tries: 1 })
          .accepts(2),
      ),
    ).toEqual(["lease kept"]);
    const shorter = new Story().claims(1).does("restore", { expiresAt: BEGINNING_MS + 100 });
    expect(
      broken(shorter.does("report", { state: "reported", ...NO_LEASE }).does("accept", { state: "accepted" })),
    ).toEqual(["lease kept"]);
  });

  test("the end of leases when one is left for longer than the bound, unless no server was there", () => {
    const late = (): Story =>
      new Story()
        .claims(1)
        .after(9_000)
        .does("expire", { ...NO_LEASE_READY, tries: 1 })
        .accepts(2);
    expect(broken(late())).toEqual(["lease ended"]);
    const outages = [{ server: "s", from: BEGINNING_MS + 4_000, until: BEGINNING_MS + 8_000 }];
    expect(broken(late(), { outages })).toEqual([]);
    expect(broken(late(), { outages, servers: ["s", "other"] })).toEqual(["lease ended"]);
    expect(broken(new Story().claims(1).after(9_000))).toEqual(["lease ended", "nothing stuck"]);
  });

  test("the word that was given when the store did not do, or did not keep, what was acknowledged", () => {
    const said = (operation: string, body: unknown): readonly Rule[] =>
      broken(new Story().accepts(1).hears(operation, body));
    expect(said("failAttempt", {})).toEqual(["nothing lost"]);
    expect(said("cancelTask", {})).toEqual(["nothing lost"]);
    expect(said("completeWork", { tasks: [{ task: "a", ok: true, attempt: 2 }] })).toEqual(["nothing lost"]);
    expect(said("completeWork", { tasks: [{ task: "a", ok: false, attempt: 2 }] })).toEqual([]);
    expect(said("renewWork", { leases: [{ task: "a", ok: true, attempt: 1 }] })).toEqual(["nothing lost"]);
    expect(said("createTasks", { tasks: [{ id: "b" }] })).toEqual(["nothing lost"]);
    expect(said("claimWork", { tasks: [{ id: "a", attempt: 1, agent: "bob" }] })).toEqual(["nothing lost"]);
    expect(said("claimWork", { tasks: [{ id: "a", attempt: 1, agent: "ada" }] })).toEqual([]);
    const undone = new Story().accepts(1).does("redrive", { state: "ready" }, null).accepts(2);
    expect(broken(undone)).toEqual(["accepted once", "nothing lost"]);
  });

  test("what its runner is told when that is not what became of the attempt", () => {
    const told = (outcome: "accepted" | "over"): Story => {
      const story = new Story().accepts(1);
      story.records.push({
        type: "told",
        at: story.at,
        runner: "r",
        task: "a",
        attempt: outcome === "over" ? 1 : 2,
        outcome,
      });
      return story;
    };
    expect([broken(told("over")), broken(told("accepted"))]).toEqual([["told right"], ["told right"]]);
  });

  test("the coming to rest when an able agent could still have it, or its parents are accepted and it waits", () => {
    expect(broken(new Story())).toEqual(["nothing stuck"]);
    expect(broken(new Story(), { agents: new Map() })).toEqual([]);
    expect(broken(new Story("a", { ...NEW, state: "waiting", unmet: 1 }))).toEqual(["nothing stuck"]);
    expect(broken(new Story("a", { ...NEW, state: "reported" }))).toEqual(["nothing stuck"]);
  });

  test("the catalogue of problems when an error is of no kind that is expected", () => {
    expect(broken(new Story().accepts(1), { uncaught: ["TypeError"] })).toEqual(["nothing uncaught"]);
  });
});

const NO_LEASE_READY = { state: "ready", ...NO_LEASE } as const;

test("no history that is true breaks a rule, and none of its acceptances can be doubled or moved to another attempt", async () => {
  const histories: WorldHistory[] = [];
  for (let seed = 40; seed < 52; seed += 1) histories.push(await new World({ seed }).run());
  const twist = fc.constantFrom("double", "move");
  const property = fc.property(fc.constantFrom(...histories), fc.nat(), twist, (history, which, how) => {
    if (checkWorld(history).length > 0) return false;
    const accepts = history.records.flatMap((record, at) =>
      record.type === "outcome" && record.by === "accept" && record.ok ? [at] : [],
    );
    const at = accepts[which % accepts.length];
    if (at === undefined) return true;
    const records = [...history.records];
    const one = records[at];
    if (one?.type !== "outcome") return false;
    if (how === "double") records.splice(at, 0, one);
    else records[at] = { ...one, attempt: (one.attempt ?? 0) + 1 };
    return checkWorld({ ...history, records }).length > 0;
  });
  const result = fc.check(property, { numRuns: 300, seed: 5005 });
  expect(result.failed ? fc.defaultReportMessage(result) : "").toBe("");
});
