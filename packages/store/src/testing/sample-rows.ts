import { type Session, statement } from "../statement.ts";

const PLAN = "'00000000-0000-4000-8000-000000000001'::uuid";
const TASK = "'00000000-0000-4000-8000-000000000002'::uuid";
const CHILD = "'00000000-0000-4000-8000-000000000003'::uuid";
const OBSERVATION = "'00000000-0000-4000-8000-000000000004'::uuid";
const CALLBACK = "'00000000-0000-4000-8000-000000000005'::uuid";
const CANONICAL = `convert_to('{"kind":"check","of":"' || $1 || '"}', 'UTF8')`;
const DIGEST = `'sha256:' || encode(sha256(${CANONICAL}), 'hex')`;

/** One row or two for each table, in an order that its references allow. The values hold what is awkward to copy. */
const ROWS: Readonly<Record<string, string>> = {
  tenant: "($1, 1)",
  event: `($1, DEFAULT, pg_current_xact_id(), 2, 'plan.imported', ${PLAN}, E'tab\\tquote" back\\\\slash', NULL, '{"a": [1, null]}'),
    ($1, DEFAULT, pg_current_xact_id(), 3, 'task.ready', NULL, '', 1, '{}')`,
  plan: `($1, ${PLAN}, 'PLAN.md', 'Überschrift 🚀', 1, 4, 5)`,
  plan_revision: `($1, ${PLAN}, 1, 'sha256:' || repeat('0', 64), 'markdown', 'A title', '\\x00ff0a5c22'::bytea, 6)`,
  plan_item: `($1, ${PLAN}, 'item', true, 1, 1, 'task', 'An item', 3, NULL, 'open', '{"key": "item"}')`,
  gate: `($1, ${PLAN}, 'gate', true, 1, 1, 4, 'item', 'critical', '{"key": "gate"}')`,
  task: `($1, ${TASK}, ${PLAN}, 'one', 'task', 'leased', 0, 1, 1, 3, false, false, 0, 1, '{"a b","c,d","\\"e\\"",NULL}', '{}', NULL, 7),
    ($1, ${CHILD}, ${PLAN}, 'two', 'checkpoint', 'waiting', 1, 0, 0, 3, true, false, -1, 2, '{}', '{x}', 'line
break', 8)`,
  task_text: `($1, ${TASK}, 'Do it', 'item', 3, '{gate}')`,
  task_edge: `($1, ${TASK}, ${CHILD})`,
  task_ready: `($1, ${CHILD}, ${PLAN}, 9, 0, 2, '{}')`,
  task_lease: `($1, ${TASK}, ${PLAN}, 1, 'agent', 'owner', 10, 11)`,
  attempt: `($1, ${TASK}, 1, 'agent', 10, 12, 'failed', 'broke', '{}', NULL, '{}'),
    ($1, ${TASK}, 2, 'agent', 13, 14, 'accepted', NULL, '{}', 'null', '{e}')`,
  evidence: `($1, ${DIGEST}, ${PLAN}, 'check', NULL, 'E2', ${TASK}, 1, 15, 16, ${CANONICAL})`,
  evidence_gate: `($1, ${PLAN}, 'gate', ${DIGEST}, 15)`,
  witness_record: `($1, ${DIGEST}, ${PLAN}, 'gate', 'waiver', 'Ada', NULL, 'because', 17, 18)`,
  verdict: `($1, ${PLAN}, 'gate', 1, 19, 'pass', 'fresh', 'ok', 'E2', '{d}', 'all good', NULL, NULL)`,
  observation: `($1, ${PLAN}, 'gate', 20, ${OBSERVATION}, 'sha256:x', 'inconclusive', '{}')`,
  plan_pause: `($1, ${PLAN}, 'Ada', NULL, 21)`,
  task_payload: `($1, ${TASK}, '{"n": 1}')`,
  plan_host: `($1, ${PLAN}, 'host', 22)`,
  tenant_pause: `($1, 'Ada', NULL, 23)`,
  work_limit: `($1, 'key', 1, NULL, NULL, 0, '{}', '{}', 24)`,
  access_token: `($1, ${TASK}, 'adm', 'A name', '{admin,"a b"}', sha256(convert_to($1, 'UTF8')), NULL, 'Ada', 23, 24, NULL, NULL, NULL)`,
  agent: `($1, 'builder', NULL, '{"a b"}', '{"zone": "é"}', 2, NULL, 'paused', 26)`,
  agent_seen: `($1, 'builder', 27, NULL)`,
  controller: `($1, 'screen', 'dashboard', '1.0', '{}', 28, 29)`,
  attempt_output: `($1, ${TASK}, 1, 1, 'stderr', E'tab\\tand "quote"', 30)`,
  kept_answer: `($1, '', 'importPlan', 'key', 'sha256:x', ${TASK}, 201, '{}', '{"a":1}', 25)`,
  event_floor: `($1, 1, 31)`,
  callback: `($1, ${CALLBACK}, ${PLAN}, ${TASK}, 'https://example.org/?a="b"', 'whsec_x', 1, 0, 'Ada', 31)`,
  callback_task: `($1, ${TASK}, ${CALLBACK}, true)`,
  callback_delivery: `($1, ${OBSERVATION}, ${CALLBACK}, '{"a": "é"}', 'given_up', 3, false, 32, 33, 34, 35, E'broke\nin two')`,
  flag: `($1, 'mcp', 'false', 'Ada', 36)`,
  audit_entry: `($1, 1, '{}', 'sha256:x')`,
  audit_head: `($1, 1, 'sha256:x')`,
  audit_checkpoint: `($1, 1, 'k', '{}')`,
};

/** The tables that {@link addSampleRows} fills. */
export const SAMPLE_TABLES: readonly string[] = Object.keys(ROWS);

/** Puts rows of a tenant into every table of the schema. */
export async function addSampleRows(session: Session, tenant: string): Promise<void> {
  for (const [table, values] of Object.entries(ROWS)) {
    await session.run(statement(`sample_${table}`, `INSERT INTO holdpoint.${table} VALUES ${values}`), [tenant]);
  }
}
