import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { PlanPlace } from "../place/plan-place.ts";
import { draftOf } from "./write-back.ts";

/** How a merge names a file that is not yet in its place; the number is the process that writes it. */
const MERGE_DRAFT = /(?:^|\/)\.holdpoint-(\d+)\.tmp$/;

/**
 * Removes half-written files that a run which was killed while it merged or wrote back has left beside the real ones.
 * Those of a living process stay.
 */
export function clearDrafts(place: PlanPlace): void {
  rmSync(draftOf(place.planFile), { force: true });
  let top: string;
  try {
    top = git(place.dir, ["rev-parse", "--show-toplevel"]).trimEnd();
  } catch {
    // Without git there are no merges.
    return;
  }
  for (const path of git(top, ["ls-files", "-z", "--others", "--", ":(glob)**/.holdpoint-*.tmp"]).split("\0")) {
    const pid = MERGE_DRAFT.exec(path)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(top, path), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

function git(cwd: string, args: readonly string[]): string {
  return execFileSync("git", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}
