import { HoldpointError, type Verdict } from "@holdpoint/core";
import type { SignalKind } from "../../packages/server/src/events/index.ts";
import type { RoundOutcome } from "../../packages/server/src/jobs/index.ts";
import { Chance } from "./chance.ts";
import { isOpen } from "./check-rest.ts";
import { ALL_FAULTS, type FaultKind, Faults } from "./faults.ts";
import { Network } from "./network.ts";
import type { LastFacts, WorldHistory, WorldRecord } from "./records.ts";
import { type ObservedWork, type Row, SimulatedDatabase } from "./simulated-database.ts";
import { SimulatedLoner } from "./simulated-loner.ts";
import { SimulatedOperator } from "./simulated-operator.ts";
import { MemorySpool, SimulatedRunner } from "./simulated-runner.ts";
import { AFTER_FAILURE_MS, type CommitPath, SimulatedServer } from "./simulated-server.ts";
import { BEGINNING_MS, type VirtualProcess, VirtualTime } from "./virtual-time.ts";
import { drawShape, PLAN_ID, type WorldShape } from "./world-shape.ts";

/** How a world is made. */
export interface WorldOptions {
  readonly seed: number;
  /** Kinds of faults that may happen. @default all */
  readonly kinds?: readonly FaultKind[];
  /** The store with a planted bug. */
  readonly work?: typeof ObservedWork;
  /** The way of a batch with a planted bug. */
  readonly commitPath?: CommitPath;
  /** What a statement answers, with a planted bug. */
  readonly rows?: (statement: string, rows: readonly Row[]) => readonly Row[];
}

/** After the calm a world has this long to come to rest, milliseconds. */
const REST_WITHIN_MS = 240_000;
/** How often it is decided whether a process fails, milliseconds. */
const TROUBLE_EVERY_MS = 500;

/** Servers, runners, agents and their store, from a seed to their rest. */
export class World {
  readonly time = new VirtualTime();
  readonly chance: Chance;
  readonly shape: WorldShape;
  readonly faults: Faults;
  readonly database: SimulatedDatabase;
  readonly network: Network;
  readonly commitPath: CommitPath;
  readonly rows: NonNullable<WorldOptions["rows"]>;
  readonly abilities: ReadonlyMap<string, readonly string[]>;
  servers: SimulatedServer[] = [];
  readonly #records: WorldRecord[] = [];
  readonly #uncaught: string[] = [];
  readonly #seed: number;
  readonly #gates: Chance;
  readonly #operator: SimulatedOperator;
  readonly #runners = new Map<string, { runner: SimulatedRunner; readonly spool: MemorySpool; starts: number }>();
  readonly #loners = new Map<string, { loner: SimulatedLoner; starts: number }>();
  readonly #skews = new Map<string, number>();
  #boots = 0;
  #ids = 0;
  #signed = false;
  #restsSince = -1;
  #isAtRest = false;

  constructor(options: WorldOptions) {
    const { seed, kinds = ALL_FAULTS, work } = options;
    this.commitPath = options.commitPath ?? ((commands, commit) => commit(commands));
    this.rows = options.rows ?? ((_, rows) => rows);
    this.#seed = seed;
    this.chance = new Chance(seed, "world");
    this.#gates = this.chance.of("gates");
    this.shape = drawShape(this.chance.of("shape"));
    const now = (): number => this.time.nowMs;
    const record = (one: WorldRecord): void => this.record(one);
    this.faults = new Faults({ chance: this.chance.of("faults"), now, record, kinds: new Set(kinds) });
    const tries = this.chance.of("tries");
    this.database = new SimulatedDatabase({
      now,
      random: () => tries.random(),
      newId: () => this.newId(),
      record,
      ...(work === undefined ? {} : { work }),
    });
    this.network = new Network(this);
    const { runners, loners } = this.shape;
    const agents = [...loners, ...runners.flatMap((runner) => runner.agents)];
    this.abilities = new Map(agents.map(({ name, capabilities }) => [name, capabilities]));
    this.#operator = new SimulatedOperator(this);
  }

  /** Lets the world happen, and tells what was seen. */
  async run(): Promise<WorldHistory> {
    const putBack = [this.time.install(), this.network.install()];
    const { plan, servers, runners, loners, calmAtMs } = this.shape;
    try {
      const asker = { server: "nobody", clock: this.time.nowMs };
      if (plan !== null) this.database.importGraph(PLAN_ID, plan.graph, plan.maxAttempts, asker);
      for (const name of servers) this.#bootServer(name, 0);
      for (const shape of runners) this.#startRunner(shape.name, 10);
      for (const shape of loners) this.#startLoner(shape.name, 10);
      this.time.plan(20, this.#operator.process, () => void this.#operator.run());
      this.time.plan(TROUBLE_EVERY_MS, TROUBLE, () => this.#trouble());
      this.time.plan(calmAtMs, TROUBLE, () => this.#calm());
      await this.time.run(BEGINNING_MS + calmAtMs + REST_WITHIN_MS, () => this.#isOver());
    } finally {
      for (const put of putBack) put();
    }
    return this.#history();
  }

  /** How long the world lasted, milliseconds. */
  get livedMs(): number {
    return this.time.nowMs - BEGINNING_MS;
  }

  /** Writes down what happened. */
  record(one: WorldRecord): void {
    this.#records.push(one);
  }

  newId(): string {
    this.#ids += 1;
    return `00000000-0000-7000-8000-${this.#ids.toString(16).padStart(12, "0")}`;
  }

  /** How far the clock of a process is from the true time, milliseconds. */
  skewOf(name: string): number {
    const known = this.#skews.get(name);
    if (known !== undefined) return known;
    const most = this.shape.servers.includes(name) ? this.shape.maxSkewMs : 3_600_000;
    const chance = this.chance.of(`clock of ${name}`);
    const skewMs = this.faults.has("clock-skew") && chance.is(0.7) ? chance.whole(-most, most) : 0;
    this.#skews.set(name, skewMs);
    if (skewMs !== 0) {
      this.faults.counts.set("clock-skew", (this.faults.counts.get("clock-skew") ?? 0) + 1);
      this.faults.tell("clock-skew", `the clock of ${name} is ${skewMs} ms off`);
    }
    return skewMs;
  }

  /** How the gate of an attempt is judged. */
  verdictOf(gate: string, attempt: number): Verdict {
    const chance = this.#gates.of(`${gate} ${attempt}`).random();
    const said = { freshness: "fresh", tier: "E2", evidence: [], explanation: gate, dueAt: null, hint: null } as const;
    if (chance < 0.15 && !this.#signed) return { ...said, verdict: "inconclusive", reason: "awaiting_witness" };
    if (chance > 0.8) return { ...said, verdict: "fail", reason: "violated" };
    return { ...said, verdict: "pass", reason: "met" };
  }

  /** An agent works for a while; true when it was stopped before it was done. */
  async work(chance: Chance, signal: AbortSignal | undefined): Promise<boolean> {
    const { least, most } = this.shape.workMs;
    const hangsMs = chance.is(0.02) ? 6_000 : 0;
    const ms = chance.whole(least, most) + hangsMs;
    return await new Promise((resolve) => {
      const stop = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve(false);
      }, ms);
      signal?.addEventListener("abort", stop, { once: true });
      if (signal?.aborted === true) stop();
    });
  }

  /** A replica tells the others that something happened; some of that gets lost. */
  wakeUp(from: string, kind: SignalKind): void {
    for (const server of this.servers) {
      if (server.name === from || this.faults.strikes("wake-up-lost")) continue;
      this.time.plan(this.chance.skewed(1, 20), server.process, () => server.woken(kind));
    }
  }

  /** A background service had a round. */
  readonly sawRound = (round: RoundOutcome<unknown>): void => {
    if (!round.ok) this.sawRefusal(round.name, round.error);
  };

  /** Something was refused; what is not of the catalogue of problems is a bug. */
  sawRefusal(who: string, error: unknown): void {
    if (!(error instanceof HoldpointError) || error.code === "HP9202") this.sawUncaught(who, error);
  }

  sawUncaught(who: string, error: unknown): void {
    this.#uncaught.push(`${who}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  /** Agents that an operator wants to be given nothing. */
  pausedAgents(): readonly string[] {
    const agents = this.database.statement("agent_all", [], NOBODY);
    return agents.filter((agent) => agent["wanted"] !== "active").map((agent) => String(agent["name"]));
  }

  #bootServer(name: string, afterMs: number): void {
    this.#boots += 1;
    const server = new SimulatedServer(this, name, this.#boots);
    const others = this.servers.filter((one) => one.name !== name);
    this.servers = [...others, server].sort((one, other) => (one.name < other.name ? -1 : 1));
    this.time.plan(afterMs, server.process, () => {
      const boot = async (): Promise<void> => {
        if (await server.start()) return;
        server.process.alive = false;
        this.time.plan(500, TROUBLE, () => this.#bootServer(name, 0));
      };
      void boot();
    });
  }

  #startRunner(name: string, afterMs: number): void {
    const shape = this.shape.runners.find((one) => one.name === name);
    if (shape === undefined) return;
    const known = this.#runners.get(name);
    const spool = known?.spool ?? new MemorySpool();
    const starts = (known?.starts ?? 0) + 1;
    const runner = new SimulatedRunner(this, shape, spool, starts);
    this.#runners.set(name, { runner, spool, starts });
    this.time.plan(afterMs, runner.process, () => void runner.run());
  }

  #startLoner(name: string, afterMs: number): void {
    const shape = this.shape.loners.find((one) => one.name === name);
    if (shape === undefined) return;
    const starts = (this.#loners.get(name)?.starts ?? 0) + 1;
    const loner = new SimulatedLoner(this, shape, starts);
    this.#loners.set(name, { loner, starts });
    this.time.plan(afterMs, loner.process, () => void loner.run());
  }

  /** Decides which processes fail now. */
  #trouble(): void {
    if (!this.faults.active) return;
    const share = TROUBLE_EVERY_MS / 1_000;
    for (const server of this.servers) {
      if (!server.listening || !server.process.alive) continue;
      if (this.faults.strikes("server-crash", share)) this.#endServer(server, "server-crash");
      else if (this.faults.strikes("server-stop", share)) this.#endServer(server, "server-stop");
      else if (this.faults.strikes("store-partition", share)) {
        const ms = this.faults.chance("store-partition").whole(300, 5_000);
        this.faults.tell("store-partition", `${server.name} does not reach its store for ${ms} ms`);
        this.faults.cut(server.name, "store", ms, false);
        this.faults.away(server.name, ms + AFTER_FAILURE_MS);
      }
    }
    for (const [name, { runner, spool }] of this.#runners) this.#troubleRunner(name, runner, spool, share);
    for (const [name, { loner }] of this.#loners) {
      if (!loner.process.alive || !this.faults.strikes("agent-crash", share)) continue;
      const ms = this.faults.chance("agent-crash").whole(100, 4_000);
      this.faults.tell("agent-crash", `${name} is killed, and started again in ${ms} ms`);
      this.#endClient(loner.process);
      this.time.plan(ms, TROUBLE, () => this.#startLoner(name, 0));
    }
    this.time.plan(TROUBLE_EVERY_MS, TROUBLE, () => this.#trouble());
  }

  #troubleRunner(name: string, runner: SimulatedRunner, spool: MemorySpool, share: number): void {
    if (!runner.process.alive) return;
    if (this.faults.strikes("partition", share)) {
      const chance = this.faults.chance("partition");
      const server = chance.one(this.servers);
      const [ms, silent] = [chance.whole(200, 8_000), chance.is(0.5)];
      this.faults.tell(
        "partition",
        `${name} and ${server.name} are cut off for ${ms} ms${silent ? ", without a word" : ""}`,
      );
      this.faults.cut(name, server.name, ms, silent);
      this.network.cutMade(name, server.name, silent);
    }
    if (this.faults.strikes("runner-crash", share)) {
      const ms = this.faults.chance("runner-crash").whole(50, 6_000);
      this.faults.tell("runner-crash", `${name} is killed, and started again in ${ms} ms`);
      this.#endClient(runner.process);
      if (this.faults.strikes("spool-mark-lost")) spool.loseMarks();
      this.time.plan(ms, TROUBLE, () => this.#startRunner(name, 0));
    } else if (this.faults.strikes("runner-drain", share)) {
      const ms = this.faults.chance("runner-drain").whole(50, 2_000);
      this.faults.tell("runner-drain", `${name} is drained, and started again ${ms} ms after its end`);
      this.time.plan(0, runner.process, () => {
        const drain = async (): Promise<void> => {
          await runner.drain();
          // Its last reports have five seconds; what is left stays in its spool.
          this.time.plan(5_500, TROUBLE, () => {
            if (!runner.process.alive) return;
            this.#endClient(runner.process);
            this.#startRunner(name, ms);
          });
        };
        void drain();
      });
    }
  }

  #endServer(server: SimulatedServer, how: "server-crash" | "server-stop"): void {
    const ms = this.faults.chance(how).whole(100, 6_000);
    this.faults.tell(
      how,
      `${server.name} is ${how === "server-crash" ? "killed" : "stopped"}, and started again in ${ms} ms`,
    );
    const end = (): void => {
      server.process.alive = false;
      server.listening = false;
      this.network.serverEnded(server);
      this.#bootServer(server.name, ms);
    };
    this.faults.away(server.name, ms + 2_500 + AFTER_FAILURE_MS);
    if (how === "server-crash") return end();
    this.time.plan(0, server.process, () => {
      void server.stop().then(() => this.time.plan(0, TROUBLE, () => end()));
    });
  }

  #endClient(process: VirtualProcess): void {
    process.alive = false;
    this.network.clientEnded(process);
  }

  /** Nothing goes wrong any more, and whoever is to sign has signed. */
  #calm(): void {
    this.faults.active = false;
    this.#restsSince = -1;
    this.faults.tell("calm", "nothing goes wrong from here on");
    this.#signed = true;
    if (this.shape.plan !== null) this.#sign();
  }

  #sign(): void {
    const again = (): void => this.time.plan(1_000, TROUBLE, () => this.#sign());
    const server = this.servers.find((one) => one.listening && one.process.alive);
    if (server === undefined) return again();
    this.time.plan(1, server.process, () => void server.settle(PLAN_ID));
    // What is held later for a signature is judged again, too.
    again();
  }

  /** Looked at only when something was written: the world is over when everything is created and nothing can move any more. */
  #isOver(): boolean {
    if (!this.#operator.hasCreated) return false;
    const { writes } = this.database;
    if (writes === this.#restsSince) return this.#isAtRest;
    this.#restsSince = writes;
    // Whoever is to sign has signed when the world is calm.
    const waits = (task: LastFacts["state"]): boolean => task === "held" && this.faults.active;
    this.#isAtRest = !this.database.has((task) => isOpen(task, this.abilities) || waits(task.state));
    return this.#isAtRest;
  }

  #history(): WorldHistory {
    return {
      seed: this.#seed,
      records: this.#records,
      wanted: this.shape.wanted,
      last: this.database.last(),
      servers: this.shape.servers,
      outages: this.faults.outages,
      agents: this.abilities,
      maxSkewMs: this.shape.maxSkewMs,
      endedAt: this.time.nowMs,
      uncaught: this.#uncaught,
    };
  }
}

const TROUBLE: VirtualProcess = { name: "trouble", alive: true };
const NOBODY = { server: "nobody", clock: 0 };
