import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
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
  let plan = readPlan(readFileSync(file), { fileName });
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
  if (written.length > 0) replaceFile(file, plan.source);
  return { written, notes, plan };
}

function replaceFile(file: string, bytes: Uint8Array): void {
  const beside = `${file}.holdpoint-new`;
  writeFileSync(beside, bytes, { mode: statSync(file).mode });
  renameSync(beside, file);
}
