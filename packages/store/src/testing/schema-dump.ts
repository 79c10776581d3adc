import { type Session, statement } from "../statement.ts";
import type { StoreScope } from "../store.types.ts";

const SEARCH_PATH = statement("dump_search_path", "SET LOCAL search_path = holdpoint");

const TABLES = statement(
  "dump_tables",
  `SELECT c.oid::int AS oid, c.relname AS name, array_to_string(c.reloptions, ', ') AS options,
     CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END AS partitioned
   FROM pg_class c
   WHERE c.relnamespace = 'holdpoint'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname`,
);

const PARTITIONS = statement(
  "dump_partitions",
  `SELECT c.oid::int AS oid, c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound
   FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::oid ORDER BY c.relname`,
);

const COLUMNS = statement(
  "dump_columns",
  `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
     a.attidentity AS identity, pg_get_expr(d.adbin, d.adrelid) AS value
   FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
);

/** Without those that are columns' own NOT NULL, which PostgreSQL 18 lists as constraints and 15 does not. */
const CONSTRAINTS = statement(
  "dump_constraints",
  `SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
   WHERE conrelid = $1::oid AND contype <> 'n' ORDER BY contype DESC, conname`,
);

const INDEXES = statement(
  "dump_indexes",
  `SELECT pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
   WHERE i.indrelid = $1::oid
     AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u'))
   ORDER BY c.relname`,
);

const SECURITY = statement(
  "dump_security",
  `SELECT relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class WHERE oid = $1::oid`,
);

const POLICIES = statement(
  "dump_policies",
  `SELECT p.polname AS name, (SELECT string_agg(r.rolname, ', ' ORDER BY r.rolname) FROM pg_roles r WHERE r.oid = ANY (p.polroles)) AS roles,
     pg_get_expr(p.polqual, p.polrelid) AS shown, pg_get_expr(p.polwithcheck, p.polrelid) AS written
   FROM pg_policy p WHERE p.polrelid = $1::oid ORDER BY p.polname`,
);

/** Without those of the owner, who has every right. */
const GRANTS = statement(
  "dump_grants",
  `SELECT g.grantee::regrole::text AS role, string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type) AS privileges
   FROM pg_class c, aclexplode(c.relacl) g WHERE c.oid = $1::oid AND g.grantee <> c.relowner GROUP BY 1 ORDER BY 1`,
);

interface Table {
  readonly oid: number;
  readonly name: string;
  readonly options: string | null;
  /** How it is partitioned; null when it is not. */
  readonly partitioned: string | null;
}

interface Policy {
  readonly name: string;
  readonly roles: string;
  readonly shown: string;
  readonly written: string;
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly identity: string;
  readonly value: string | null;
}

/** The schema as the database has it, in the same words on every version. */
export async function dumpSchema(store: StoreScope): Promise<string> {
  return await store.transaction(async (tx) => {
    // Names are printed without their schema where the search path leads to it, which differs from user to user.
    await tx.run(SEARCH_PATH);
    return await dump(tx);
  });
}

async function dump(store: Session): Promise<string> {
  const parts = [
    "-- The schema after every migration. Written by `npx tsx packages/store/src/testing/write-schema.ts`; not to be edited.",
  ];
  const tables = await store.run<Table>(TABLES);
  for (const { oid, name, options, partitioned } of tables) {
    const columns = (await store.run<Column>(COLUMNS, [oid])).map(toColumn);
    const constraints = await store.run<{ name: string; definition: string }>(CONSTRAINTS, [oid]);
    const lines = [...columns, ...constraints.map((entry) => `CONSTRAINT ${entry.name} ${entry.definition}`)];
    const more = `${partitioned === null ? "" : ` PARTITION BY ${partitioned}`}${options === null ? "" : ` WITH (${options})`}`;
    parts.push(`CREATE TABLE holdpoint.${name} (\n  ${lines.join(",\n  ")}\n)${more};`);
    for (const index of await store.run<{ definition: string }>(INDEXES, [oid])) parts.push(`${index.definition};`);
    parts.push(...(await securityOf(store, oid, name)));
    for (const partition of await store.run<{ oid: number; name: string; bound: string }>(PARTITIONS, [oid])) {
      parts.push(`CREATE TABLE holdpoint.${partition.name} PARTITION OF holdpoint.${name} ${partition.bound};`);
      parts.push(...(await securityOf(store, partition.oid, partition.name)));
    }
  }
  return `${parts.join("\n\n")}\n`;
}

async function securityOf(store: Session, oid: number, table: string): Promise<readonly string[]> {
  const [security] = await store.run<{ enabled: boolean; forced: boolean }>(SECURITY, [oid]);
  const lines: string[] = [];
  if (security?.enabled === true) lines.push(`ALTER TABLE holdpoint.${table} ENABLE ROW LEVEL SECURITY;`);
  if (security?.forced === true) lines.push(`ALTER TABLE holdpoint.${table} FORCE ROW LEVEL SECURITY;`);
  for (const { name, roles, shown, written } of await store.run<Policy>(POLICIES, [oid])) {
    lines.push(`CREATE POLICY ${name} ON holdpoint.${table} TO ${roles} USING (${shown}) WITH CHECK (${written});`);
  }
  for (const { role, privileges } of await store.run<{ role: string; privileges: string }>(GRANTS, [oid])) {
    lines.push(`GRANT ${privileges} ON holdpoint.${table} TO ${role};`);
  }
  return lines.length === 0 ? [] : [lines.join("\n")];
}

function toColumn({ name, type, required, identity, value }: Column): string {
  const generated = identity === "a" ? " GENERATED ALWAYS AS IDENTITY" : "";
  return `${name} ${type}${required ? " NOT NULL" : ""}${value === null ? "" : ` DEFAULT ${value}`}${generated}`;
}
