import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { problem } from "@holdpoint/core";
import { placeProblems } from "./place.problems.ts";

/**
 * Writes a file whole or not at all: beside its place under a new name, then moved there. Links that wait under a
 * guessable name are never followed.
 *
 * @param mode permissions of the file. @default 0o644
 * @throws HP8005 when the operating system refuses
 */
export function writeWhole(file: string, content: string | Uint8Array, mode = 0o644): void {
  const draft = `${file}.${randomBytes(6).toString("hex")}.new`;
  try {
    writeFileSync(draft, content, { mode, flag: "wx" });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw cannotWrite(file, error);
  }
}

/** Makes a folder with its parents. @throws HP8005 */
export function makeFolder(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { recursive: true, mode });
  } catch (error) {
    throw cannotWrite(folder, error);
  }
}

/** Removes a file. Returns whether it was there. @throws HP8005 */
export function removeFile(file: string): boolean {
  try {
    unlinkSync(file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw cannotWrite(file, error);
  }
}

function cannotWrite(file: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
  return code === null ? error : problem(placeProblems, "HP8005", { file, why: code }, { file, cause: error });
}
