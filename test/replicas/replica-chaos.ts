import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { TestRedis } from "../../packages/server/src/http/redis.testing.ts";
import { seededRandom } from "../chaos/seeded-random.ts";
import { FailingOver } from "./failing-over.ts";
import { type ReplicaProcess, startReplica } from "./replica-process.ts";

/** How replicas are tried. */
export interface ReplicaChaos {
  readonly databaseUrl: string;
  /** For the files of replicas. */
  readonly folder: string;
  readonly seed: number;
  /** How long work is created and replicas are killed. */
  readonly seconds: number;
  /** Time between two kills, at most; the killed replica comes back after half of it. */
  readonly killEveryMs: number;
  readonly agents: number;
  /** In which replicas count requests together; it is killed and started, too. @default none */
  readonly redis?: TestRedis;
  readonly say: (line: string) => void;
}

/** A lease that its agent left lying. */
export interface LostLease {
  readonly task: string;
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What was seen from outside. */
export interface ChaosSeen {
  readonly created: number;
  /** Completions that were answered with `accepted`, by task. */
  readonly accepted: ReadonlyMap<string, number>;
  readonly abandoned: readonly LostLease[];
  /** When each task was handed out, by task and attempt. */
  readonly offeredAt: ReadonlyMap<string, number>;
  readonly kills: number;
  /** How often Redis was killed. */
  readonly redisKills: number;
  /** Callers whose requests Redis counted at one time, at most. */
  readonly redisCallers: number;
  readonly failovers: number;
  /** Answers that no agent should get. */
  readonly faults: readonly string[];
}

/** Lease of the agents, milliseconds. */
export const TTL_MS = 3_000;
/** Of a hundred claims so many are left lying, as by an agent that crashed. */
const ABANDONED_OF_100 = 6;
/** Longest time for what is open when no more is created, milliseconds. */
const DRAIN_MS = 30_000;
/** How often it is looked whether Redis counts, milliseconds: more often than its counts expire. */
const LOOK_MS = 1_000;
/** More than the agents send, so that no request is refused for it while it is counted. */
const RATE_LIMIT = "100000/s";

interface Claimed {
  readonly id: string;
  readonly attempt: number;
  readonly expiresAt: string;
}

/** Lets agents work a queue through two replicas while these are killed, until everything that was created is accepted. */
export async function tryReplicas(chaos: ReplicaChaos): Promise<ChaosSeen> {
  const random = seededRandom(chaos.seed);
  const folders = ["a", "b"].map((name) => join(chaos.folder, name));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const { redis } = chaos;
  await redis?.start();
  const env = redis === undefined ? {} : { REDIS_URL: redis.url, HOLDPOINT_RATE_LIMIT: RATE_LIMIT };
  const start = (at: number): Promise<ReplicaProcess> => startReplica(chaos.databaseUrl, folders[at] ?? "", env);
  // Both at once: they agree on who makes the schema.
  const replicas = await Promise.all([start(0), start(1)]);
  const seen = {
    created: 0,
    accepted: new Map<string, number>(),
    abandoned: [] as LostLease[],
    offeredAt: new Map<string, number>(),
    kills: 0,
    redisKills: 0,
    redisCallers: 0,
    failovers: 0,
    faults: [] as string[],
  };
  const until = performance.now() + chaos.seconds * 1_000;
  const latest = until + DRAIN_MS;
  const clients: FailingOver[] = [];
  const client = (at: number): FailingOver => {
    const made = new FailingOver(() => replicas, at);
    clients.push(made);
    return made;
  };

  async function create(): Promise<void> {
    const by = client(0);
    for (let batch = 0; performance.now() < until; batch += 1) {
      const tasks = Array.from({ length: 1 + Math.floor(random() * 20) }, (_, at) => ({
        key: `task-${batch}-${at}`,
        title: "A task",
        maxAttempts: 20,
      }));
      // Asked again after a lost answer it makes nothing twice: the keys are there.
      const { status, body } = await by.call("/v1/tasks/batch", { tasks }, latest);
      if (status !== 201) seen.faults.push(`create: ${status} ${JSON.stringify(body)}`);
      seen.created += tasks.length;
      await pause(50 + random() * 150);
    }
  }

  const isOpen = (): boolean => performance.now() < until || seen.accepted.size < seen.created;

  async function agent(at: number): Promise<void> {
    const by = client(at);
    const chance = seededRandom(chaos.seed * 1_000 + at);
    while (isOpen() && performance.now() < latest) {
      const claim = { agent: `agent-${at}`, limit: 1 + Math.floor(chance() * 3), waitMs: 1_000, leaseTtlMs: TTL_MS };
      const { status, body } = await by.call("/v1/work/claim", claim, latest);
      if (status !== 200) seen.faults.push(`claim: ${status} ${JSON.stringify(body)}`);
      const { tasks = [] } = body as { readonly tasks?: readonly Claimed[] };
      for (const task of tasks) {
        seen.offeredAt.set(`${task.id} ${task.attempt}`, Date.now());
        await pause(chance() * 25);
        if (chance() * 100 < ABANDONED_OF_100) {
          seen.abandoned.push({ task: task.id, attempt: task.attempt, expiresAt: Date.parse(task.expiresAt) });
        } else await complete(by, task);
      }
    }
  }

  async function complete(by: FailingOver, { id, attempt }: Claimed): Promise<void> {
    const path = `/v1/tasks/${id}/attempts/${attempt}/complete`;
    const { status, body } = await by.call(path, { summary: "done", waitMs: 5_000 }, latest);
    const { outcome = "" } = body as { readonly outcome?: string };
    // 409: it was reported before, and that answer was lost; or the lease ran out meanwhile. The database knows which.
    if (status === 409 || (status === 200 && outcome === "accepted") || status === 202) {
      if (outcome === "accepted") seen.accepted.set(id, (seen.accepted.get(id) ?? 0) + 1);
      else await lookUp(id);
    } else seen.faults.push(`complete: ${status} ${JSON.stringify(body)}`);
  }

  /** Whoever lost an answer asks how the task stands. */
  async function lookUp(id: string): Promise<void> {
    for (const { url, token } of replicas) {
      try {
        const response = await fetch(`${url}/v1/tasks/${id}`, { headers: { authorization: `Bearer ${token}` } });
        const task: { readonly state?: string } = (await response.json()) as { readonly state?: string };
        if (task.state === "accepted") seen.accepted.set(id, seen.accepted.get(id) ?? 0);
        if (task.state === "reported") await pause(500).then(() => lookUp(id));
        return;
      } catch {
        // That one is gone; the next may know.
      }
    }
  }

  async function kill(): Promise<void> {
    for (let at = random() < 0.5 ? 0 : 1; ; at = 1 - at) {
      await pause(chaos.killEveryMs * (0.4 + 0.6 * random()));
      const replica = replicas[at];
      if (replica === undefined || performance.now() > until) return;
      await replica.kill();
      seen.kills += 1;
      chaos.say(`killed replica ${at === 0 ? "a" : "b"} with ${seen.accepted.size} of ${seen.created} tasks accepted`);
      await pause(chaos.killEveryMs / 2);
      if (performance.now() > until) return;
      replicas[at] = await start(at);
    }
  }

  /** Redis goes and comes back, at other times than the replicas. */
  async function killRedis(shared: TestRedis): Promise<void> {
    for (;;) {
      await pause(chaos.killEveryMs * (0.3 + 0.6 * random()));
      if (performance.now() > until) return;
      await shared.stop();
      seen.redisKills += 1;
      chaos.say("killed Redis");
      await pause(chaos.killEveryMs / 4);
      await shared.start();
    }
  }

  async function watchRedis(shared: TestRedis): Promise<void> {
    while (performance.now() < until) {
      seen.redisCallers = Math.max(seen.redisCallers, await shared.callers());
      await pause(LOOK_MS);
    }
  }

  const around = redis === undefined ? [] : [killRedis(redis), watchRedis(redis)];
  try {
    await Promise.all([create(), kill(), ...around, ...Array.from({ length: chaos.agents }, (_, at) => agent(at))]);
  } finally {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await redis?.stop();
  }
  for (const { failovers } of clients) seen.failovers += failovers;
  return seen;
}
