import { statfs } from "node:fs/promises";
import { type Session, type Statement, type Store, statement } from "@holdpoint/store";
import { withinTime } from "../within-time.ts";
import type { PartHealth } from "./system.routes.ts";

/** A part that does not answer in this time counts as down, milliseconds. */
const ANSWER_WITHIN_MS = 2_000;
/** How long an answer serves further callers: whoever may ask needs no token, and must not be able to keep the database busy, milliseconds. */
const SERVES_MS = 250;
/** A transaction that is open for longer holds back every reader of the log, milliseconds. */
const HELD_BACK_MS = 30_000;
/** Callers that wait were last looked after at most this long ago, milliseconds. */
const LOOK_WITHIN_MS = 5_000;
const MIB = 1024 * 1024;
/** With less free space the disk is told of, bytes. */
const LITTLE_SPACE = 512 * MIB;
/** With less free space a database beside it may stop at any time, bytes. */
const NO_SPACE = 64 * MIB;

const READ_LOG: Statement = statement(
  "health_event_log",
  `SELECT (SELECT seq FROM holdpoint.event LIMIT 1) AS seq,
     (SELECT (extract(epoch FROM clock_timestamp() - min(xact_start)) * 1000)::bigint FROM pg_stat_activity
      WHERE datname = current_database() AND backend_xid IS NOT NULL) AS held_ms`,
);

/** What waits for work in one tenant. */
export interface HandOutState {
  /** Callers that wait. */
  readonly waiting: number;
  /** When work was last looked for, milliseconds since the epoch; null before the first time. */
  readonly lookedAt: number | null;
}

/** What health is found out from. */
export interface HealthParts {
  readonly store: Pick<Store, "health"> & Session;
  readonly handOuts: () => Promise<readonly HandOutState[]>;
  /** Background services. */
  readonly services: () => readonly PartHealth[];
  /** Folder of an embedded database; null when the data is elsewhere. */
  readonly dataDir: string | null;
  /** Further parts, such as a cache. */
  readonly more?: () => Promise<readonly PartHealth[]>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Looks at every part of the path that work takes. */
export function createHealth(parts: HealthParts): () => Promise<readonly PartHealth[]> {
  let latest: { readonly at: number; readonly answer: Promise<readonly PartHealth[]> } | null = null;
  return () => {
    const at = performance.now();
    if (latest === null || at - latest.at > SERVES_MS) latest = { at, answer: look(parts) };
    return latest.answer;
  };
}

async function look(parts: HealthParts): Promise<readonly PartHealth[]> {
  const [database, log, handOut, disk, more] = await Promise.all([
    inTime("database", () => databasePart(parts.store)),
    inTime("event log", () => logPart(parts.store)),
    inTime("hand-out", () => handOutPart(parts)),
    parts.dataDir === null ? null : inTime("disk", () => diskPart(parts.dataDir ?? "")),
    parts.more === undefined
      ? []
      : answered(parts.more()).catch((error: unknown) => [downPart("further parts", error)]),
  ]);
  return [database, log, handOut, ...parts.services(), ...(disk === null ? [] : [disk]), ...more];
}

async function databasePart(store: Pick<Store, "health">): Promise<PartHealth> {
  const { ok, tookMs, detail } = await store.health();
  return { name: "database", status: ok ? "ok" : "down", detail, tookMs };
}

async function logPart(store: Session): Promise<PartHealth> {
  const began = performance.now();
  const [row] = await store.run<{ held_ms: number | null }>(READ_LOG);
  const heldMs = row?.held_ms ?? 0;
  const isHeld = heldMs > HELD_BACK_MS;
  const detail = isHeld
    ? `a transaction that is open for ${Math.round(heldMs / 1000)} s holds newer events back`
    : null;
  return { name: "event log", status: isHeld ? "degraded" : "ok", detail, tookMs: performance.now() - began };
}

async function handOutPart({ handOuts, now }: HealthParts): Promise<PartHealth> {
  const all = await handOuts();
  const waiting = all.reduce((sum, one) => sum + one.waiting, 0);
  const stalled = all.filter((one) => one.waiting > 0 && now() - (one.lookedAt ?? now()) > LOOK_WITHIN_MS);
  const detail = stalled.length === 0 ? null : `${waiting} callers wait, and nobody has looked for work for a while`;
  return { name: "hand-out", status: stalled.length === 0 ? "ok" : "down", detail, tookMs: null };
}

async function diskPart(dir: string): Promise<PartHealth> {
  const began = performance.now();
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  const status = free < NO_SPACE ? "down" : free < LITTLE_SPACE ? "degraded" : "ok";
  const detail = status === "ok" ? null : `${Math.floor(free / MIB)} MiB are free`;
  return { name: "disk", status, detail, tookMs: performance.now() - began };
}

async function inTime(name: string, part: () => Promise<PartHealth>): Promise<PartHealth> {
  try {
    return await answered(part());
  } catch (error) {
    return downPart(name, error);
  }
}

function answered<T>(answer: Promise<T>): Promise<T> {
  return withinTime(answer, ANSWER_WITHIN_MS, "no answer");
}

function downPart(name: string, error: unknown): PartHealth {
  return { name, status: "down", detail: error instanceof Error ? error.message : String(error), tookMs: null };
}
