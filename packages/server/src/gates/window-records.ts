import type { CheckDefinition, CheckLedger, EvidenceRecord, JudgeContext } from "@holdpoint/core";
import { speaksOfNow } from "./is-current.ts";

/** Where a window is judged, and on what. */
export interface WindowPlace {
  /** Everything that is known of the plan. */
  readonly records: readonly EvidenceRecord[];
  readonly checks: readonly CheckDefinition[];
  /** Null for the plan's own folder. */
  readonly attempt: string | null;
  /** Attempts whose changes are in the plan's folder, as {@link attemptOf} names them. */
  readonly accepted: ReadonlySet<string>;
  readonly context: JudgeContext;
}

/** Names an attempt at a task. */
export function attemptOf(task: string, attempt: number): string {
  return `${task}/${attempt}`;
}

/**
 * The records over which a window is judged. Each folder has a series of looks of its own: what another folder held has
 * no say in how long this one was good.
 *
 * In an attempt's workspace they are its own looks. In the plan's folder they are the folder's, and after the merge of an
 * accepted attempt those of its workspace too, so that its pass carries over: only those up to its last, without a break,
 * that saw exactly the inputs (or the tree) that the folder holds now, and only once the folder itself was looked at after
 * them. Of the other folder nothing counts from before the last look that saw something else.
 */
export function windowRecords(place: WindowPlace): readonly EvidenceRecord[] {
  const { checks, attempt, accepted, context } = place;
  const known = new Map(checks.map((check) => [check.id, check]));
  const kept = place.records.filter(({ statement: { predicate } }) => predicate.kind !== "check");
  for (const [id, series] of seriesOf(place.records)) {
    const check = known.get(id);
    const folder = series.get(FOLDER) ?? [];
    const still = (looks: readonly EvidenceRecord[]): readonly EvidenceRecord[] =>
      check === undefined ? [] : unbrokenEnd(looks, check, context);
    if (attempt !== null) {
      kept.push(...still(folder), ...(series.get(attempt) ?? []));
      continue;
    }
    const carried = carriedOver(series, accepted, still);
    const mergedAt = Math.max(...carried.map(endOf), Number.NEGATIVE_INFINITY);
    const after = folder.filter((record) => endOf(record) > mergedAt);
    if (carried.length === 0 || after.length === 0) kept.push(...folder);
    else kept.push(...still(folder.filter((record) => endOf(record) <= mergedAt)), ...carried, ...after);
  }
  return kept;
}

/** The ledger without the records that a window leaves out on purpose; what else is missing is still missed. */
export function windowLedger(
  ledger: ReadonlyMap<string, CheckLedger>,
  visible: readonly EvidenceRecord[],
  judged: readonly EvidenceRecord[],
): ReadonlyMap<string, CheckLedger> {
  const used = new Set(judged.map(({ digest }) => digest));
  const leftOut = new Set(visible.flatMap(({ digest }) => (used.has(digest) ? [] : [digest])));
  return new Map(
    [...ledger].map(([id, known]) => {
      const records = known.records.filter((digest) => !leftOut.has(digest));
      const newest = known.newest.filter((digest) => !leftOut.has(digest));
      return [id, { records, newest: newest.length === 0 ? records : newest }];
    }),
  );
}

const FOLDER = "";

/** By check, then by the folder that was looked at: the looks, oldest first. */
function seriesOf(records: readonly EvidenceRecord[]): ReadonlyMap<string, ReadonlyMap<string, EvidenceRecord[]>> {
  const all = new Map<string, Map<string, EvidenceRecord[]>>();
  for (const record of records.toSorted((a, b) => endOf(a) - endOf(b))) {
    const { kind, check, producer } = record.statement.predicate;
    if (kind !== "check" || check === null) continue;
    const where = producer.task === null ? FOLDER : attemptOf(producer.task, producer.attempt ?? 0);
    const ofCheck = all.get(check.id) ?? new Map<string, EvidenceRecord[]>();
    all.set(check.id, ofCheck.set(where, [...(ofCheck.get(where) ?? []), record]));
  }
  return all;
}

/** The looks in accepted attempts, newest attempt first, until one of them saw something else. */
function carriedOver(
  series: ReadonlyMap<string, readonly EvidenceRecord[]>,
  accepted: ReadonlySet<string>,
  still: (looks: readonly EvidenceRecord[]) => readonly EvidenceRecord[],
): readonly EvidenceRecord[] {
  const carried: EvidenceRecord[] = [];
  const attempts = [...series].flatMap(([where, looks]) => (accepted.has(where) ? [looks] : []));
  for (const looks of attempts.sort((a, b) => lastEnd(b) - lastEnd(a))) {
    const good = still(looks);
    carried.push(...good);
    if (good.length < looks.length) break;
  }
  return carried;
}

/** The looks at the end of a series that speak of the present, back to the last that does not. */
function unbrokenEnd(
  looks: readonly EvidenceRecord[],
  check: CheckDefinition,
  context: JudgeContext,
): readonly EvidenceRecord[] {
  return looks.slice(looks.findLastIndex((record) => !speaksOfNow(record, check, context)) + 1);
}

function endOf(record: EvidenceRecord): number {
  const ended = Date.parse(record.statement.predicate.endedAt);
  // A time that cannot be read is taken for the newest: odd evidence must not hide behind old.
  return Number.isNaN(ended) ? Number.POSITIVE_INFINITY : ended;
}

function lastEnd(looks: readonly EvidenceRecord[]): number {
  const last = looks.at(-1);
  return last === undefined ? Number.NEGATIVE_INFINITY : endOf(last);
}
