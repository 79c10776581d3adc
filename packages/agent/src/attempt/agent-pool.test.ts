import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TaskInput } from "@holdpoint/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { probeIsolation } from "../isolation/probe-isolation.ts";
import { type Agent, agentOf } from "../manifest/agent.ts";
import { openWorktree } from "../worktree/create-worktree.ts";
import { mergeWorktree } from "../worktree/merge-worktree.ts";
import { AgentPool, type PoolEvent, type PoolOptions } from "./agent-pool.ts";
import { attemptName } from "./run-attempt.ts";
import type { ClaimedWork, WorkRef, WorkRequest, WorkSource } from "./work-source.ts";

let base: string;
let plan: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-pool-")));
  plan = join(base, "plan");
  mkdirSync(join(plan, ".holdpoint"), { recursive: true });
  writeFileSync(join(plan, "PLAN.md"), "# Plan\n");
  writeFileSync(join(plan, ".holdpoint", "trust.yaml"), "trusted\n");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function repository(): void {
  for (const args of [
    ["init", "-q"],
    ["add", "PLAN.md"],
    ["-c", "user.name=T", "-c", "user.email=t@localhost", "commit", "-qm", "x"],
  ])
    spawnSync("git", args, { cwd: plan });
}

/** A queue of work in memory that keeps what it is told. */
class Queue implements WorkSource {
  readonly told: string[] = [];
  readonly accounts: unknown[] = [];
  requests: WorkRequest[] = [];
  renewal: "held" | "lost" | Error = "held";
  failNext = 0;
  readonly #waiting: ClaimedWork[] = [];
  readonly #more: Partial<ClaimedWork>;
  #made = 0;
  readonly #onTold: () => void;

  constructor(count: number, onTold: () => void, more: Partial<ClaimedWork> = {}) {
    this.#onTold = onTold;
    this.#more = more;
    this.add(count);
  }

  add(count: number): void {
    for (let at = 0; at < count; at += 1) {
      this.#made += 1;
      this.#waiting.push({
        taskId: `task-${this.#made}`,
        attempt: 2,
        task: {
          key: `k${this.#made}`,
          id: `T-${this.#made}`,
          title: "A task",
          line: 3,
          kind: "task",
          owners: ["build"],
        },
        gates: [{ key: "g", metric: "coverage", text: ">=90%" }],
        refusal: null,
        ...this.#more,
      });
    }
  }

  async claim(request: WorkRequest): Promise<readonly ClaimedWork[]> {
    this.requests.push(request);
    this.#mayFail();
    return this.#waiting.splice(0, request.limit);
  }

  async renew(): Promise<"held" | "lost"> {
    if (this.renewal instanceof Error) throw this.renewal;
    return this.renewal;
  }

  async report(work: WorkRef, account: unknown): Promise<void> {
    this.#tell("report", work, account);
  }

  async fail(work: WorkRef, reason: string, account: unknown): Promise<void> {
    this.#tell(`fail (${reason})`, work, account);
  }

  async release(work: WorkRef, reason: string): Promise<void> {
    this.#tell(`release (${reason})`, work, null);
  }

  #tell(what: string, work: WorkRef, account: unknown): void {
    this.#mayFail();
    this.told.push(`${what} ${work.taskId}`);
    this.accounts.push(account);
    this.#onTold();
  }

  #mayFail(): void {
    if (this.failNext === 0) return;
    this.failNext -= 1;
    throw new Error("the store is away");
  }
}

function agent(command: string, more: Partial<Agent> = {}): Agent {
  const manifest = agentOf({ name: "build", capabilities: ["build"], command }, null);
  return { ...manifest, workspace: "shared", backoff: { firstMs: 10, longestMs: 40 }, ...more };
}

interface Run {
  readonly queue: Queue;
  readonly events: readonly PoolEvent[];
  readonly pool: AgentPool;
}

interface RunOptions extends Partial<PoolOptions> {
  readonly count?: number;
  readonly until?: number;
  readonly work?: Partial<ClaimedWork>;
  readonly prepare?: (queue: Queue) => void;
}

/** The pool and the queue of the run that is going on, for what a test does in between. */
let current: AgentPool | undefined;
let source: Queue | undefined;

function endWhenEnded(): (event: PoolEvent) => void {
  return (event) => {
    if (event.type === "ended") void current?.finish();
  };
}

/** Runs a pool until it has told the source of so many attempts. */
async function run(agents: Agent[], options: RunOptions = {}): Promise<Run> {
  const { count = 1, until = count, work, prepare, ...more } = options;
  const events: PoolEvent[] = [];
  const queue: Queue = new Queue(count, () => (queue.told.length >= until ? void pool.finish() : undefined), work);
  prepare?.(queue);
  const pool: AgentPool = new AgentPool({
    agents,
    source: queue,
    plan: { dir: plan, document: join(plan, "PLAN.md"), title: "Plan", digest: "sha256:0", readOnly: [], hidden: [] },
    runtime: { now: () => Date.now(), newId: () => "id", random: () => 0.5 },
    stateFolder: join(base, "state"),
    artifactsFolder: join(base, "artifacts"),
    isolation: "off",
    killGraceMs: 200,
    pollMs: 5,
    ...more,
    onEvent: async (event) => {
      events.push(event);
      await more.onEvent?.(event);
    },
  });
  current = pool;
  source = queue;
  await pool.run();
  return { queue, events, pool };
}

describe("an attempt", () => {
  it("is given its task as environment and as JSON", async () => {
    const seen = join(base, "seen");
    const missing = [
      { gate: "g", metric: "coverage", text: ">=90%", verdict: "fail", reason: "violated", explanation: "71 %" },
    ] as const;
    const command = `cat > ${seen}; env | grep ^HOLDPOINT_ | sort > ${seen}.env; pwd > ${seen}.cwd`;
    const { queue } = await run([agent(command)], { work: { refusal: { missing } } });
    expect(queue.told).toEqual(["report task-1"]);
    const input = JSON.parse(readFileSync(seen, "utf8")) as TaskInput;
    expect(input).toEqual({
      schema: "holdpoint/task/v1",
      task: { key: "k1", id: "T-1", title: "A task", line: 3, kind: "task", owners: ["build"] },
      plan: { path: join(plan, "PLAN.md"), title: "Plan", digest: "sha256:0" },
      attempt: 2,
      gates: [{ key: "g", metric: "coverage", text: ">=90%" }],
      refusal: { missing },
      workspace: plan,
    });
    const environment = readFileSync(`${seen}.env`, "utf8");
    for (const line of [
      "HOLDPOINT_TASK=T-1",
      "HOLDPOINT_ATTEMPT=2",
      "HOLDPOINT_TITLE=A task",
      `HOLDPOINT_PLAN=${plan}/PLAN.md`,
    ])
      expect(environment).toContain(`${line}\n`);
    expect(readFileSync(`${seen}.cwd`, "utf8")).toBe(`${plan}\n`);
  });

  it("tells progress, metrics and log as they come, and everything else as output", async () => {
    const lines = [
      '{"type":"progress","value":0.5,"message":"half"}',
      "plain text",
      '{"type":"progress","value":7}',
      "{broken",
      '{"type":"metric","key":"tokens","value":12}',
      '{"type":"log","message":"wrote a file"}',
    ];
    const { events } = await run([agent(`printf '%s\\n' '${lines.join("' '")}'; echo oops >&2`)]);
    const told = events.flatMap((event) => (event.type === "attempt" ? [event.event] : []));
    expect(told).toEqual(
      expect.arrayContaining([
        { type: "progress", value: 0.5, message: "half" },
        { type: "output", stream: "stdout", text: "plain text" },
        { type: "output", stream: "stdout", text: '{"type":"progress","value":7}' },
        { type: "output", stream: "stdout", text: "{broken" },
        { type: "metric", key: "tokens", value: 12 },
        { type: "log", message: "wrote a file" },
        { type: "output", stream: "stderr", text: "oops" },
      ]),
    );
  });

  it("hands over evidence by line and by inbox, which is E1 at most", async () => {
    const command = `echo '<x/>' > report.xml
      echo '{"type":"artifact","path":"report.xml","tier":"E4"}'
      echo '{"type":"artifact","path":"../outside"}'
      echo '{"type":"evidence","metric":"coverage","value":99,"unit":"%"}'
      echo hi > "$HOLDPOINT_INBOX/1.data"
      echo '{"type":"artifact","path":"1.data","name":"note"}' > "$HOLDPOINT_INBOX/1.json"`;
    writeFileSync(join(base, "outside"), "x");
    const { queue } = await run([agent(command)]);
    expect(queue.accounts[0]).toMatchObject({
      handedOver: {
        taken: [
          { type: "artifact", path: "report.xml", tier: "E1", size: 5 },
          { type: "evidence", metric: "coverage", tier: "E0" },
          { type: "artifact", name: "note", tier: "E1", size: 3 },
        ],
        refused: [{ name: "../outside" }],
      },
    });
    expect(readdirSync(join(base, "artifacts"))).toHaveLength(2);
    expect(readdirSync(join(base, "state", "inboxes"))).toEqual([]);
  });

  it.each([
    ["exits with an error", "exit 3", "fail (the agent exited with status 3) task-1"],
    ["is killed", "kill -9 $$", "fail (the agent was ended by SIGKILL) task-1"],
    ["says that it failed", `echo '{"type":"result","outcome":"failed","summary":"no luck"}'`, "fail (no luck) task-1"],
    [
      "says so without words",
      `echo '{"type":"result","outcome":"failed"}'`,
      "fail (the agent says that it failed) task-1",
    ],
    [
      "says done and exits with an error",
      `echo '{"type":"result","outcome":"done"}'; exit 1`,
      "fail (the agent exited with status 1) task-1",
    ],
    ["says done", `echo '{"type":"result","outcome":"done","summary":"ok"}'`, "report task-1"],
  ])("whose agent %s is told so", async (_, command, told) => {
    expect((await run([agent(command)])).queue.told).toEqual([told]);
  });

  it("that floods its output is ended and fails", async () => {
    const limits = { ...agent("").limits, outputBytes: 100_000 };
    const { queue } = await run([agent("exec yes", { limits })]);
    expect(queue.told).toEqual(["fail (the agent was ended: limit of output exceeded) task-1"]);
  });

  it("of an agent that cannot be started fails, and the agent rests", async () => {
    const { queue, events } = await run([agent("", { command: ["holdpoint-no-such-agent"] })]);
    expect(queue.told[0]).toContain("holdpoint-no-such-agent was not found");
    expect(events.at(-1)).toMatchObject({ type: "resting", reason: expect.stringContaining("was not found") });
  });

  it("that needs isolation where there is none fails with the problem's code", async () => {
    const isolationReport = { mode: null, reason: "none here", tried: [] };
    const { queue } = await run([agent("true")], { isolation: "required", isolationReport });
    expect(queue.told[0]).toMatch(/^fail \(HP7003: /);
    expect(queue.accounts).toEqual([null]);
  });
});

describe("an attempt in a working tree of its own", () => {
  const own = { workspace: "worktree" } as const;

  it("leaves its change there until it is settled", async () => {
    repository();
    const { queue } = await run([agent("echo done > result.txt", own)]);
    expect(queue.told).toEqual(["report task-1"]);
    expect(existsSync(join(plan, "result.txt"))).toBe(false);
    const name = attemptName({ taskId: "task-1", attempt: 2 });
    const worktree = await openWorktree({ planDir: plan, attempt: name, stateFolder: join(base, "state") });
    expect(worktree?.folder).toBe((queue.accounts[0] as { workspace: string }).workspace);
    expect(worktree !== null && (await mergeWorktree(worktree))).toMatchObject({
      outcome: "merged",
      files: ["result.txt"],
    });
    expect(readFileSync(join(plan, "result.txt"), "utf8")).toBe("done\n");
  });

  it("is thrown away when it failed", async () => {
    repository();
    const { events } = await run([agent("exit 1", own)]);
    const ended = events.find((event) => event.type === "ended");
    expect(ended?.type === "ended" && existsSync(ended.outcome.worktree?.folder ?? "")).toBe(false);
  });

  it("shares the plan's folder without git", async () => {
    const { queue } = await run([agent("echo done > result.txt", own)]);
    expect(queue.accounts[0]).toMatchObject({ workspace: null });
    expect(existsSync(join(plan, "result.txt"))).toBe(true);
  });

  it("fails when no workspace can be made", async () => {
    repository();
    writeFileSync(join(base, "state"), "a file in the way");
    const { queue } = await run([agent("true", own)]);
    expect(queue.told[0]).toMatch(/^fail \(HP7202: /);
  });

  it.runIf(probeIsolation().mode !== null)("cannot touch the original, the evidence or other workspaces", async () => {
    repository();
    mkdirSync(join(base, "state", "worktrees"), { recursive: true });
    const attempts = [
      `echo x > ${plan}/x`,
      `echo x >> ${plan}/PLAN.md`,
      `echo x > ${plan}/.git/hooks/pre-commit`,
      `cat ${plan}/.holdpoint/trust.yaml`,
      `mv ${plan} ${plan}.old`,
      `mkdir "$(dirname "$HOLDPOINT_WORKSPACE")/x"`,
      `mkdir "$(dirname "$(dirname "$HOLDPOINT_WORKSPACE")")/other"`,
    ];
    const script = `${attempts.map((attempt, at) => `(${attempt}) 2>/dev/null && echo broke ${at}`).join("\n")}
      echo mine > own.txt && git add -A && git commit -qm work && echo note > "$HOLDPOINT_INBOX/note" && echo fine`;
    const { queue, events } = await run([agent(script, own)], { isolation: "required" });
    const output = events.flatMap((event) =>
      event.type === "attempt" && event.event.type === "output" ? [event.event.text] : [],
    );
    expect(output).toEqual(["fine"]);
    expect(queue.told).toEqual(["report task-1"]);
    expect(queue.accounts[0]).toMatchObject({ isolation: { level: "full" } });
    expect(existsSync(join(plan, "x"))).toBe(false);
  });
});

describe("the pool", () => {
  it("runs as many attempts at a time as the agent may, and all in the end", async () => {
    let most = 0;
    let running = 0;
    const { queue } = await run([agent("sleep 0.05", { concurrency: 3 })], {
      count: 7,
      onEvent: (event) => {
        if (event.type === "started") running += 1;
        if (event.type === "ended") running -= 1;
        most = Math.max(most, running);
      },
    });
    expect(queue.told).toHaveLength(7);
    expect(most).toBe(3);
    expect(queue.requests[0]).toMatchObject({ agent: "build", capabilities: ["build"], limit: 3 });
  });

  it("hands work back without counting it when it is drained", async () => {
    let pool: AgentPool | undefined;
    const events: PoolEvent[] = [];
    const queue = new Queue(2, () => {});
    pool = new AgentPool({
      agents: [agent("trap 'exit 0' TERM; echo ready; while :; do sleep 0.02; done", { concurrency: 2 })],
      source: queue,
      plan: { dir: plan, document: join(plan, "PLAN.md"), title: "Plan", digest: "sha256:0", readOnly: [], hidden: [] },
      runtime: { now: () => Date.now(), newId: () => "id", random: () => 0.5 },
      artifactsFolder: join(base, "artifacts"),
      stateFolder: join(base, "state"),
      isolation: "off",
      onEvent: (event) => {
        events.push(event);
        const ready = events.filter((one) => one.type === "attempt" && one.event.type === "output").length;
        if (event.type === "attempt" && ready === 2) void pool?.drain();
      },
    });
    await pool.run();
    expect(queue.told.sort()).toEqual(["release (the run was stopped) task-1", "release (the run was stopped) task-2"]);
    expect(pool.running).toEqual([]);
  });

  it("tells nobody of an attempt whose lease was lost", async () => {
    const { queue, events } = await run([agent("exec sleep 30")], {
      leaseTtlMs: 30,
      prepare: (made) => {
        made.renewal = "lost";
      },
      onEvent: endWhenEnded(),
    });
    expect(queue.told).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: "ended", told: "lost" });
  });

  it("gives an attempt up when its lease ran out while the source was away", async () => {
    const { queue } = await run([agent("exec sleep 30")], {
      leaseTtlMs: 30,
      prepare: (made) => {
        made.renewal = new Error("away");
      },
      onEvent: endWhenEnded(),
    });
    expect(queue.told).toEqual([]);
  });

  it("ends an attempt whose task was cancelled", async () => {
    const cancelled: (boolean | undefined)[] = [];
    const { queue, events } = await run([agent("echo ready; exec sleep 30")], {
      onEvent: (event) => {
        if (event.type === "attempt") cancelled.push(current?.cancel(event.work));
        if (event.type === "ended") void current?.finish();
      },
    });
    expect(queue.told).toEqual([]);
    expect(events.at(-1)).toMatchObject({ outcome: { outcome: "stopped" }, told: "lost" });
    expect(cancelled).toEqual([true]);
    expect(current?.cancel({ taskId: "task-1", attempt: 2 })).toBe(false);
  });

  it("tries again when the source fails, with rests in between", async () => {
    const { queue, events } = await run([agent("true")], {
      prepare: (made) => {
        made.failNext = 3;
      },
    });
    expect(queue.told).toEqual(["report task-1"]);
    const rests = events.flatMap((event) => (event.type === "resting" ? [event.forMs] : []));
    expect(rests).toEqual([7, 15, 30]);
  });

  it("tells again until it is heard", async () => {
    const { queue } = await run([agent("true")], {
      onEvent: (event) => {
        if (event.type === "started" && source !== undefined) source.failNext = 2;
      },
    });
    expect(queue.told).toEqual(["report task-1"]);
  });

  it("takes no work for an agent that is barred, until it no longer is", async () => {
    let why: string | null = "its manifest changed";
    const { queue, events } = await run([agent("true")], {
      barred: () => why,
      onEvent: ({ type }) => {
        if (type !== "resting") return;
        expect(source?.requests).toEqual([]);
        why = null;
      },
    });
    expect(events[0]).toMatchObject({ type: "resting", reason: "its manifest changed" });
    expect(queue.told).toEqual(["report task-1"]);
  });

  it("hands back what an agent is given that was barred while it waited for work", async () => {
    let why: string | null = null;
    const { queue, events } = await run([agent("true", { concurrency: 2 })], {
      count: 2,
      until: 3,
      barred: () => why,
      prepare: (made) => {
        const claim = made.claim.bind(made);
        made.claim = async (request) => {
          if (made.requests.length > 0) return claim(request);
          const works = await claim(request);
          why = "its script changed";
          made.failNext = 1;
          return works;
        };
      },
      onEvent: ({ type }) => {
        if (type !== "resting" || why === null) return;
        why = null;
        source?.add(1);
      },
    });
    expect(events.map(({ type }) => type).slice(0, 4)).toEqual(["refused", "refused", "resting", "started"]);
    expect(events[0]).toMatchObject({ agent: "build", told: "released" });
    expect(events[2]).toMatchObject({ reason: "its script changed" });
    const reason = "build may not run: its script changed";
    expect(queue.told.sort()).toEqual(
      ["release (REASON) task-1", "release (REASON) task-2", "report task-3"].map((text) =>
        text.replace("REASON", reason),
      ),
    );
  });

  it("gives up work that it may not begin when the source is away for as long as the lease lasts", async () => {
    let why: string | null = null;
    const { queue, events } = await run([agent("true")], {
      leaseTtlMs: 1,
      barred: () => why,
      prepare: (made) => {
        const claim = made.claim.bind(made);
        made.claim = async (request) => {
          const works = await claim(request);
          why = "its script changed";
          made.failNext = 1_000;
          return works;
        };
      },
      onEvent: ({ type }) => {
        if (type === "resting") void current?.finish();
      },
    });
    expect(events[0]).toMatchObject({ type: "refused", told: "lost", work: { taskId: "task-1" } });
    expect(queue.told).toEqual([]);
  });

  it("asks nothing of an agent that is not healthy, until it is", async () => {
    const flag = join(plan, "well");
    const { queue, events } = await run([agent("true", { health: `test -e ${flag}` })], {
      onEvent: (event) => {
        if (event.type === "resting") writeFileSync(flag, "");
      },
    });
    expect(events[0]).toMatchObject({ type: "resting", reason: "its health command ended with 1" });
    expect(queue.requests).toHaveLength(1);
  });

  it("gives a bug of its caller back to its caller, after all else is handed back", async () => {
    const failing = run([agent("echo one")], {
      onEvent: (event) => {
        if (event.type === "attempt") throw new Error("a bug in the view");
      },
    });
    await expect(failing).rejects.toThrow("a bug in the view");
  });

  it("does at once what it is woken for", async () => {
    const { queue } = await run([agent("true")], {
      pollMs: 60_000,
      prepare: (made) => {
        const claim = made.claim.bind(made);
        let asked = 0;
        made.claim = async (request) => {
          asked += 1;
          if (asked > 1) return claim(request);
          setImmediate(() => current?.wake());
          return [];
        };
      },
    });
    expect(queue.told).toEqual(["report task-1"]);
  });
});
