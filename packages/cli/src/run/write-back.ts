import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type Claimed, type PlanDocument, readPlan, setStatus } from "@holdpoint/core";
import type { ReportWork } from "../report/report-model.ts";

/** What was written into the document, and what could not be. */
export interface WrittenBack {
  readonly written: ReportWork["writtenBack"];
  /** For people, one sentence each. */
  readonly notes: readonly string[];
  /** The document as it is now. */
  readonly plan: PlanDocument;
}

const DONE: Claimed = "done";

/**
 * Ticks accepted items in the document, changing only their status tokens.
 *
 * The file is read again first, since it may have been edited during the run; items are found by key. An item that is
 * gone, or whose notation cannot say "done" in place, is left and told. The file is replaced in one step.
 *
 * @param keys keys of the items that were accepted
 */
export function writeBack(file: string, fileName: string, keys: readonly string[]): WrittenBack {
  const target = realpathSync(file);
  let result = tick(readFileSync(target), fileName, keys);
  while (result.written.length > 0 && !replaceFile(target, result)) result = tick(readFileSync(target), fileName, keys);
  return result;
}

interface Ticked extends WrittenBack {
  /** The bytes that it was made from. */
  readonly before: Uint8Array;
}

function tick(before: Uint8Array, fileName: string, keys: readonly string[]): Ticked {
  let plan = readPlan(before, { fileName });
  const written: { line: number; title: string; claimed: Claimed }[] = [];
  const notes: string[] = [];
  for (const key of keys) {
    const item = plan.items.find((candidate) => candidate.key === key);
    if (item === undefined) {
      notes.push(`An accepted item (${key}) is not in the document any more; nothing was written for it.`);
      continue;
    }
    if (item.claimed === DONE || !plan.statusTokens.has(key)) continue;
    const result = setStatus(plan, key, DONE);
    if (!result.changed) {
      notes.push(`Line ${item.line} was left as it is: ${result.reason ?? "its notation has no word for done"}.`);
      continue;
    }
    plan = readPlan(result.bytes, { fileName });
    written.push({ line: item.line, title: item.title, claimed: DONE });
  }
  return { written, notes, plan, before };
}

/** Where the new document is written before it takes its place. */
export function draftOf(file: string): string {
  return `${file}.holdpoint-new`;
}

/** False when the file was edited since it was read; then nothing was written. */
function replaceFile(file: string, { before, plan }: Ticked): boolean {
  const beside = draftOf(file);
  try {
    writeFileSync(beside, plan.source, { mode: statSync(file).mode });
    if (!readFileSync(file).equals(before)) return false;
    renameSync(beside, file);
    return true;
  } finally {
    rmSync(beside, { force: true });
  }
}
