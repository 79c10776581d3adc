import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HoldpointError, problem } from "@holdpoint/core";
import { storeProblems } from "../store.problems.ts";
import { type DirectoryLock, type LockHolder, lockDirectory } from "./directory-lock.ts";

/**
 * Makes a state directory, keeps it out of git and takes its lock.
 *
 * @throws HoldpointError HP6003 when another process has it, HP6006 when it cannot be written
 */
export function openStateDir(stateDir: string, now: number, holds: LockHolder["holds"]): DirectoryLock {
  try {
    mkdirSync(stateDir, { recursive: true });
    writeFileSync(join(stateDir, ".gitignore"), "*\n");
    return lockDirectory(stateDir, now, holds);
  } catch (error) {
    throw fileProblem(stateDir, error);
  }
}

/** What the file system refuses is for the user to mend: HP6006; any other error as it is. */
export function fileProblem(dir: string, error: unknown): unknown {
  if (error instanceof HoldpointError || !(error instanceof Error && "syscall" in error)) return error;
  return problem(storeProblems, "HP6006", { dir, detail: error.message }, { cause: error });
}
