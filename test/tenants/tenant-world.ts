import { FLAGS } from "@holdpoint/contract";
import { statement } from "@holdpoint/store";
import { isRecord, type ServedPlane, textAt } from "../../packages/server/src/access/served-plane.testing.ts";
import type { Names } from "./request-maker.ts";

/** A tenant with data of every kind, all of it marked. */
export interface World {
  readonly tenant: string;
  readonly token: string;
  readonly mark: string;
  readonly names: Names;
  /** Ids that no other tenant may learn of. */
  readonly ids: readonly string[];
}

const SCOPES = ["admin", "sign"];

/** Makes a tenant and fills it. The mark stands in every text of it. */
export async function fillTenant(served: ServedPlane, tenant: string): Promise<World> {
  const mark = `mark${tenant}`.toUpperCase();
  const created = await served.ask("POST", "/v1/tenants", { token: served.admin, body: { tenant } });
  const first = textAt(created.json, "admin", "token");
  const send = async (path: string, body: unknown, token = first): Promise<Readonly<Record<string, unknown>>> => {
    const { status, json, text } = await served.ask("POST", path, { token, body });
    if (status >= 300) throw new Error(`${path}: ${status} ${text}`);
    return json;
  };
  const made = await send("/v1/tokens", { kind: "adm", name: mark, scopes: SCOPES, rateLimit: 0 });
  const token = textAt(made, "token");
  const imported = await send(
    "/v1/plans",
    {
      source: `${mark}/PLAN.md`,
      document: `# ${mark}\n\n## Work\n\n- [ ] ${mark} one\n  - Gate: coverage >= 80 %\n${Array.from({ length: 8 }, (_, at) => `- [ ] ${mark} more ${at}\n`).join("")}`,
    },
    token,
  );
  const plan = textAt(imported, "plan", "id");
  const batch = {
    queue: mark,
    callback: { url: `http://127.0.0.1:9/${mark}` },
    tasks: Array.from({ length: 8 }, (_, at) => ({ key: `${mark}-${at}`, title: mark, payload: { mark } })),
  };
  const queued = await served.ask("POST", "/v1/tasks/batch", { token, body: batch });
  if (queued.status !== 201 && queued.json["code"] !== "HP9102") throw new Error(`a queue: ${queued.text}`);
  const claimed = await send(
    "/v1/work/claim",
    { agent: mark, limit: 3, leaseTtlMs: 3_600_000, capabilities: [] },
    token,
  );
  const leased = Array.isArray(claimed["tasks"]) ? claimed["tasks"] : [];
  const idOf = (isOfPlan: boolean): string =>
    textAt(
      leased.find((task) => (textAt(task, "plan") === plan) === isOfPlan),
      "id",
    );
  await send(`/v1/tasks/${idOf(false)}/attempts/1/fail`, { reason: mark }, token);
  await served.ask("PUT", "/v1/flags/evidence-bytes", { token, body: { value: 8_000_000 } });
  const metric = { type: "metric", metric: `coverage_${mark}`, value: 81, unit: "%" };
  const { digests } = await send(`/v1/tasks/${idOf(true)}/attempts/1/evidence`, { evidence: [metric] }, token);
  const digest = Array.isArray(digests) ? digests.map(String) : [];
  const gates = await keysIn(served, `/v1/plans/${plan}/gates`, token, "key");
  const items = await keysIn(served, `/v1/plans/${plan}/items`, token, "key");
  const tasks = (await served.store.run<{ id: string }>(TASKS, [tenant])).map(({ id }) => id);
  const plans = await keysIn(served, "/v1/plans", token, "id");
  const tokens = await keysIn(served, "/v1/tokens", token, "id");
  const callbacks = await keysIn(served, "/v1/callbacks", token, "id");
  return {
    tenant,
    token,
    mark,
    names: {
      plan: plans,
      task: tasks,
      token: tokens,
      callback: callbacks,
      digest,
      gate: gates.length > 0 ? gates : ["no-gate"],
      flag: FLAGS.map(({ name }) => name),
      tenant: [tenant],
      // Words that are stored would come back with the caller's own rows; so the mark is not among them.
      word: ["alpha", "beta", "gamma-1", ...items.filter((key) => /^[\w-]+$/.test(key) && !key.includes(mark))],
    },
    ids: [...new Set([...plans, ...tasks, ...tokens, ...callbacks, ...digest])],
  };
}

/** Everything of a tenant in the database, but for what its own use of it changes. */
export async function snapshot({ store }: ServedPlane, tenant: string): Promise<string> {
  const texts: string[] = [];
  for (const { name } of await store.run<{ name: string }>(TABLES)) {
    const rows = statement(
      `snapshot_${name}`,
      `SELECT (to_jsonb(t) - 'last_used_at_ms')::text AS row FROM holdpoint.${name} t WHERE tenant_id = $1 ORDER BY 1`,
    );
    texts.push(name, ...(await store.run<{ row: string }>(rows, [tenant])).map(({ row }) => row));
  }
  return texts.join("\n");
}

const TASKS = statement(
  "world_tasks",
  "SELECT task_id::text AS id FROM holdpoint.task WHERE tenant_id = $1 ORDER BY 1",
);
const TABLES = statement(
  "world_tables",
  `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
   WHERE c.relnamespace = 'holdpoint'::regnamespace AND c.relkind = 'r' ORDER BY 1`,
);

async function keysIn(served: ServedPlane, path: string, token: string, name: string): Promise<readonly string[]> {
  const { json } = await served.ask("GET", path, { token });
  const items = Array.isArray(json["items"]) ? json["items"] : [];
  return items.flatMap((item) => (isRecord(item) && typeof item[name] === "string" ? [item[name]] : []));
}
