import { lstatSync, readdirSync } from "node:fs";
import { problem } from "@holdpoint/core";
import { placeProblems } from "./place.problems.ts";
import type { PlanPlace } from "./plan-place.ts";
import { readBounded } from "./read-bounded.ts";
import { displayPath } from "./read-plan-file.ts";

/** Largest sidecar that is read, in bytes. @default 4 MiB */
export const MAX_SIDECAR_BYTES = 4 * 1024 * 1024;

/**
 * The sidecar's text, or null when the plan has none. A link that leads nowhere is not "none": somebody wanted one.
 *
 * @throws HP8006 when it is there and cannot be read as UTF-8 text
 */
export function readSidecarFile(place: PlanPlace, cwd: string): string | null {
  const reading = readBounded(place.sidecarFile, MAX_SIDECAR_BYTES);
  if (!reading.ok) {
    // While a check runs isolated, an empty folder keeps the place of a sidecar that is not there.
    if (reading.why === "folder" && isEmptyFolder(place.sidecarFile)) return null;
    if (reading.why === "missing" && !isThere(place.sidecarFile)) return null;
    throw refused(place, cwd, WHY[reading.why] ?? reading.why, reading.cause);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(reading.bytes);
  } catch (error) {
    throw refused(place, cwd, "it is not UTF-8", error);
  }
}

const WHY: Readonly<Record<string, string>> = {
  missing: "the link leads nowhere",
  folder: "it is a folder",
  large: "it is too large",
};

function refused(place: PlanPlace, cwd: string, why: string, cause: unknown): Error {
  const file = displayPath(place.sidecarFile, cwd);
  return problem(placeProblems, "HP8006", { file, why }, { file, cause });
}

function isThere(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

function isEmptyFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true && readdirSync(path).length === 0;
}
