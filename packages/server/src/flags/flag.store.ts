import { FLAGS, type Flag, type FlagValue } from "@holdpoint/contract";
import { problem, type Runtime } from "@holdpoint/core";
import { type Session, type Store, statement } from "@holdpoint/store";
import { SYSTEM_TENANT } from "../access/index.ts";
import { appendEvents, EVERY_TENANT, type SignalBus } from "../events/index.ts";
import { flagProblems } from "./flags.problems.ts";

/** For whom a value is set. */
export type FlagLevel = "tenant" | "global";

/** A value as somebody set it. */
interface SetValue {
  readonly value: FlagValue;
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** How a flag stands for a tenant. */
export interface FlagStanding {
  readonly flag: Flag;
  readonly tenant: SetValue | null;
  readonly global: SetValue | null;
}

/** A change of a flag. */
export interface FlagChange {
  readonly tenant: string;
  readonly name: string;
  readonly level: FlagLevel;
  readonly by: string;
}

/** The flags of all tenants on one replica. */
export interface Flags {
  /** What holds for a tenant now: its own value, else the global one, else the default. */
  value<T extends FlagValue>(tenant: string, flag: Flag<T>): Promise<T>;
  /** @throws HP9333 when it is off. @param what what is then refused, for people */
  require(tenant: string, flag: Flag<boolean>, what: string): Promise<void>;
  /** Every flag, as it is stored now. */
  standings(tenant: string): Promise<readonly FlagStanding[]>;
  /** @throws HP9330 for a flag that is none, HP9331 for a value that does not fit, HP9332 */
  set(change: FlagChange & { readonly value: unknown }): Promise<FlagStanding>;
  /** @throws HP9330, HP9332 */
  unset(change: FlagChange): Promise<FlagStanding>;
}

/** What flags are made from. */
export interface FlagsParts {
  readonly store: Store;
  readonly runtime: Pick<Runtime, "now">;
  readonly signals: SignalBus;
  /** What tells how old a remembered value is, milliseconds since any moment. @default the clock of the process */
  readonly now?: () => number;
}

/** Values are relied on for so long without a signal, milliseconds: what was not heard of is seen within a second. */
const TRUST_MS = 800;
/** Tenants whose flags are remembered at most. */
const MOST_KNOWN = 10_000;

const READ = statement(
  "flag_read",
  `SELECT 'tenant' AS level, name, value, set_by, set_at_ms FROM holdpoint.flag WHERE tenant_id = $1
   UNION ALL
   SELECT 'global', name, value, set_by, set_at_ms FROM holdpoint.global_flag`,
);
const ADD_TENANT = statement(
  "flag_tenant",
  "INSERT INTO holdpoint.tenant (tenant_id, created_at_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING",
);
const SET = statement(
  "flag_set",
  `INSERT INTO holdpoint.flag (tenant_id, name, value, set_by, set_at_ms) VALUES ($1, $2, $3::jsonb, $4, $5)
   ON CONFLICT (tenant_id, name) DO UPDATE
   SET value = excluded.value, set_by = excluded.set_by, set_at_ms = excluded.set_at_ms`,
);
const UNSET = statement("flag_unset", "DELETE FROM holdpoint.flag WHERE tenant_id = $1 AND name = $2");
const SET_GLOBAL = statement(
  "flag_set_global",
  `INSERT INTO holdpoint.global_flag (name, value, set_by, set_at_ms) VALUES ($1, $2::jsonb, $3, $4)
   ON CONFLICT (name) DO UPDATE
   SET value = excluded.value, set_by = excluded.set_by, set_at_ms = excluded.set_at_ms`,
);
const UNSET_GLOBAL = statement("flag_unset_global", "DELETE FROM holdpoint.global_flag WHERE name = $1");

interface Row {
  readonly level: FlagLevel;
  readonly name: string;
  readonly value: unknown;
  readonly set_by: string;
  readonly set_at_ms: number;
}

/** Makes the flags of one replica. */
export function createFlags({ store, runtime, signals, now: clock = () => performance.now() }: FlagsParts): Flags {
  const known = new Map<string, { readonly at: number; readonly standings: Promise<readonly FlagStanding[]> }>();
  signals.onAny((tenant, kind) => {
    if (kind !== "flags") return;
    if (tenant === EVERY_TENANT) known.clear();
    else known.delete(tenant);
  });

  async function read(tenant: string): Promise<readonly FlagStanding[]> {
    return toStandings(await store.forTenant(tenant).run<Row>(READ, [tenant]));
  }

  function remembered(tenant: string): Promise<readonly FlagStanding[]> {
    const at = clock();
    const found = known.get(tenant);
    if (found !== undefined && at - found.at < TRUST_MS) return found.standings;
    // A signal takes the entry away, and with it what is being read at that moment.
    const standings = read(tenant);
    known.delete(tenant);
    known.set(tenant, { at, standings });
    const [oldest] = known.keys();
    if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
    standings.catch(() => known.delete(tenant));
    return standings;
  }

  async function change(asked: FlagChange, verb: string, value: FlagValue | null): Promise<FlagStanding> {
    const { tenant, name, level, by } = asked;
    if (level === "global" && tenant !== SYSTEM_TENANT) throw problem(flagProblems, "HP9332", { tenant });
    const scope = level === "global" ? store.asSystem() : store.forTenant(tenant);
    const now = runtime.now();
    await scope.transaction(async (tx) => {
      await tx.run(ADD_TENANT, [tenant, now]);
      await write(tx, asked, value, now);
      const data = { level, by, ...(value === null ? {} : { value }) };
      await appendEvents(tx, tenant, now, [{ kind: `flag.${verb}`, subject: name, data }]);
    });
    signals.emit(level === "global" ? EVERY_TENANT : tenant, "flags");
    signals.emit(tenant, "committed");
    return standingOf(await read(tenant), name);
  }

  async function valueOf<T extends FlagValue>(tenant: string, flag: Flag<T>): Promise<T> {
    const { tenant: own, global } = standingOf(await remembered(tenant), flag.name);
    return flag.read((own ?? global)?.value) ?? flag.standard;
  }

  return {
    value: valueOf,
    async require(tenant, flag, what) {
      if (!(await valueOf(tenant, flag))) throw problem(flagProblems, "HP9333", { what, tenant, flag: flag.name });
    },
    standings: read,
    set(asked) {
      const flag = flagNamed(asked.name);
      const fitting = flag.read(asked.value);
      if (fitting !== null) return change(asked, "set", fitting);
      const params = { flag: flag.name, value: JSON.stringify(asked.value), expected: flag.expected };
      throw problem(flagProblems, "HP9331", params, { field: "value" });
    },
    unset(asked) {
      flagNamed(asked.name);
      return change(asked, "unset", null);
    },
  };
}

async function write(
  tx: Session,
  { tenant, name, level, by }: FlagChange,
  value: FlagValue | null,
  now: number,
): Promise<void> {
  if (level === "global") {
    if (value === null) await tx.run(UNSET_GLOBAL, [name]);
    else await tx.run(SET_GLOBAL, [name, JSON.stringify(value), by, now]);
  } else if (value === null) await tx.run(UNSET, [tenant, name]);
  else await tx.run(SET, [tenant, name, JSON.stringify(value), by, now]);
}

/** @throws HP9330 */
export function standingOf(standings: readonly FlagStanding[], name: string): FlagStanding {
  const found = standings.find(({ flag }) => flag.name === name);
  if (found === undefined) throw unknownFlag(name);
  return found;
}

/** Values that do not fit, as those of another version may be, are taken for none. */
function toStandings(rows: readonly Row[]): readonly FlagStanding[] {
  return FLAGS.map((flag) => {
    const setAt = (level: FlagLevel): SetValue | null => {
      const row = rows.find((one) => one.level === level && one.name === flag.name);
      const value = row === undefined ? null : flag.read(row.value);
      return row === undefined || value === null ? null : { value, by: row.set_by, at: row.set_at_ms };
    };
    return { flag, tenant: setAt("tenant"), global: setAt("global") };
  });
}

function flagNamed(name: string): Flag {
  const found = FLAGS.find((flag) => flag.name === name);
  if (found === undefined) throw unknownFlag(name);
  return found;
}

function unknownFlag(flag: string): Error {
  return problem(flagProblems, "HP9330", { flag, known: FLAGS.map(({ name }) => name).join(", ") });
}
