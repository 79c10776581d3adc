import { relative, sep } from "node:path";
import { type PlanDocument, problem, readPlan } from "@holdpoint/core";
import { placeProblems } from "./place.problems.ts";
import type { PlanPlace } from "./plan-place.ts";
import { readBounded } from "./read-bounded.ts";

/** Largest plan that is read, in bytes. A 200,000-task plan has about 12 MB. @default 32 MiB */
export const MAX_PLAN_BYTES = 32 * 1024 * 1024;

/**
 * Reads the plan document of a place.
 *
 * @throws HP8001 when there is no such file, HP8002 when it cannot be read, HP8003 when it is a folder, HP8004 when it
 *   is too large; HP1xxx when its content cannot be read as a plan
 */
export function readPlanFile(place: PlanPlace, cwd: string): PlanDocument {
  const name = displayPath(place.planFile, cwd);
  return readPlan(readBytes(place.planFile, name), { fileName: name });
}

/** The path as people expect it: relative to where they stand, unless it is far away. */
export function displayPath(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return short === "" || short === ".." || short.startsWith(`..${sep}..`) ? file : short;
}

function readBytes(file: string, name: string): Uint8Array {
  const reading = readBounded(file, MAX_PLAN_BYTES);
  if (reading.ok) return reading.bytes;
  const { why, size, cause } = reading;
  if (why === "missing") throw problem(placeProblems, "HP8001", { file: name }, { file: name });
  if (why === "folder") throw problem(placeProblems, "HP8003", { file: name }, { file: name });
  if (why !== "large") throw problem(placeProblems, "HP8002", { file: name, why }, { file: name, cause });
  const limit = megabytes(MAX_PLAN_BYTES);
  const found = size === null ? `more than ${limit}` : megabytes(size);
  throw problem(placeProblems, "HP8004", { file: name, size: found, limit }, { file: name });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
