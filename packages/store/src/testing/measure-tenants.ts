/**
 * What keeping tenants apart costs: `npx tsx packages/store/src/testing/measure-tenants.ts [seconds per line]`.
 *
 * Each line is a loop over the same rows, once as the database user and once for a tenant, in turns. What is compared is
 * processor time, of the server's process and of this one, because a busy machine stretches the clock. Linux only.
 */
import { readFileSync } from "node:fs";
import { type Session, type Statement, statement } from "../statement.ts";
import type { StoreScope } from "../store.types.ts";
import { startTestServer } from "./test-server.ts";

const TENANTS = 20;
const TASKS = 2_000;
const BATCH = 100;
const ROUNDS = 7;
const secondsPerLine = Number(process.argv[2] ?? 2);

const FILL = statement(
  "measure_fill",
  `WITH t AS (INSERT INTO holdpoint.tenant SELECT 't' || n, 0 FROM generate_series(0, ${TENANTS - 1}) AS n RETURNING tenant_id)
   INSERT INTO holdpoint.task_ready (tenant_id, task_id, plan_id, ready_at_ms, priority, position, capabilities)
   SELECT tenant_id, lpad(n::text, 32, '0')::uuid, lpad('1', 32, '0')::uuid, 0, 0, n, '{}'
   FROM t CROSS JOIN generate_series(1, ${TASKS}) AS n`,
);
const READ = statement("measure_read", "SELECT * FROM holdpoint.task_ready WHERE tenant_id = $1 AND task_id = $2");
const LIST = statement(
  "measure_list",
  "SELECT * FROM holdpoint.task_ready WHERE tenant_id = $1 AND position > $2 ORDER BY position LIMIT 1000",
);
const CLAIM = statement(
  "measure_claim",
  `WITH picked AS (
     SELECT tenant_id, task_id FROM holdpoint.task_ready
     WHERE tenant_id = $1 AND ready_at_ms <= $2 AND capabilities <@ $3::text[]
     ORDER BY priority DESC, position, task_id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED
   )
   UPDATE holdpoint.task_ready r SET priority = r.priority - 1 FROM picked p
   WHERE r.tenant_id = p.tenant_id AND r.task_id = p.task_id RETURNING r.task_id`,
);

interface Line {
  readonly name: string;
  readonly transaction?: boolean;
  readonly once: (scope: Session, tenant: string, at: number) => Promise<unknown>;
}

const one = (text: Statement, values: (tenant: string, at: number) => readonly unknown[]): Line["once"] => {
  return (scope, tenant, at) => scope.run(text, values(tenant, at));
};
const idOf = (at: number): string => String((at % TASKS) + 1).padStart(32, "0");
const read = one(READ, (tenant, at) => [tenant, idOf(at)]);
const claim = one(CLAIM, (tenant) => [tenant, 1, ["node"]]);
const LINES: readonly Line[] = [
  { name: "read one row", once: read },
  { name: "list 1000 rows", once: one(LIST, (tenant, at) => [tenant, at % 100]) },
  { name: "read one row in a transaction", once: read, transaction: true },
  { name: `claim ${BATCH} in a transaction`, once: claim, transaction: true },
];

async function inScope(line: Line, scope: StoreScope, tenant: string, at: number): Promise<unknown> {
  if (line.transaction !== true) return await line.once(scope, tenant, at);
  return await scope.transaction((tx) => line.once(tx, tenant, at));
}

const PID = statement("measure_pid", "SELECT pg_backend_pid() AS pid");
/** Clock ticks of `/proc/<pid>/stat` are of 10 ms. */
const TICK_US = 10_000;

function serverUs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

function clientUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

interface Spent {
  calls: number;
  server: number;
  client: number;
}

async function spend(spent: Spent, pid: number, work: (at: number) => Promise<unknown>, ms: number): Promise<void> {
  const [server, client, began] = [serverUs(pid), clientUs(), performance.now()];
  while (performance.now() - began < ms) {
    await work(spent.calls);
    spent.calls += 1;
  }
  spent.server += serverUs(pid) - server;
  spent.client += clientUs() - client;
}

const none = (): Spent => ({ calls: 0, server: 0, client: 0 });
const each = (spent: Spent, of: "server" | "client"): number => spent[of] / spent.calls;
const sum = (spent: Spent): number => each(spent, "server") + each(spent, "client");
const shown = (spent: Spent): string => `${each(spent, "server").toFixed(0)} + ${each(spent, "client").toFixed(0)}`;

const server = await startTestServer(undefined);
try {
  for (const tenants of [1, TENANTS]) {
    const store = await server.openStore(() => 0);
    await store.run(FILL);
    const system = store.asSystem();
    const pid = (await store.run<{ pid: number }>(PID))[0]?.pid ?? 0;
    const scopes = Array.from({ length: tenants }, (_, at) => ({ name: `t${at}`, scope: store.forTenant(`t${at}`) }));
    for (const line of LINES) {
      const [plain, bound] = [none(), none()];
      const ms = (secondsPerLine * 1_000) / (2 * ROUNDS);
      for (let round = 0; round < ROUNDS; round += 1) {
        await spend(plain, pid, (at) => inScope(line, system, `t${at % tenants}`, at), ms);
        await spend(
          bound,
          pid,
          async (at) => {
            const chosen = scopes[at % tenants];
            if (chosen !== undefined) await inScope(line, chosen.scope, chosen.name, at);
          },
          ms,
        );
      }
      const ratio = (sum(bound) / sum(plain)).toFixed(2);
      process.stdout.write(
        `${tenants} tenant(s), ${line.name}: ${shown(plain)} us as the user, ${shown(bound)} us for a tenant, ratio ${ratio}\n`,
      );
    }
  }
} finally {
  await server.stop();
}
