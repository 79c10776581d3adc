import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { makeFolder, writeWhole } from "./write-whole.ts";

/** Where everything that belongs to one plan stands on disk. All paths are absolute. */
export interface PlanPlace {
  readonly planFile: string;
  /** The plan's folder: checks run here, and paths in the sidecar are relative to it. */
  readonly dir: string;
  readonly sidecarFile: string;
  readonly stateDir: string;
  readonly trustFile: string;
  readonly artifactsDir: string;
  readonly reportFile: string;
}

/**
 * The places of a plan document: the sidecar beside it, the state in `.holdpoint/` beside it.
 *
 * @param planFile as the user gave it
 * @param cwd what a relative path is relative to
 */
export function planPlace(planFile: string, cwd: string): PlanPlace {
  const file = resolve(cwd, planFile);
  const dir = dirname(file);
  const stateDir = join(dir, ".holdpoint");
  const stem = basename(file, extname(file));
  return {
    planFile: file,
    dir,
    sidecarFile: join(dir, `${stem}.holdpoint.yaml`),
    stateDir,
    trustFile: join(stateDir, "trust.yaml"),
    artifactsDir: join(stateDir, "artifacts"),
    reportFile: join(stateDir, "report.html"),
  };
}

/**
 * The places of a folder of agent manifests, for consent to what they would run: in the state of the folder that their
 * commands run in, beside that of its plan.
 *
 * @param folder of the manifests; absolute
 * @param dir that the commands run in; absolute
 */
export function fleetPlace(folder: string, dir: string): PlanPlace {
  const place = planPlace(folder, dir);
  const stateDir = join(dir, ".holdpoint");
  return {
    ...place,
    dir,
    stateDir,
    trustFile: join(stateDir, fleetTrustName(relative(dir, folder))),
    artifactsDir: join(stateDir, "artifacts"),
  };
}

/** Commands of several folders may run in one; consent to each has its own file. */
function fleetTrustName(path: string): string {
  if (path === "agents") return "trust-agents.yaml";
  return `trust-agents-${createHash("sha256").update(path).digest("hex").slice(0, 12)}.yaml`;
}

/** The folder whose lock keeps commands that run what a plan names apart, whatever the database. */
export function workFolder(place: PlanPlace): string {
  return join(place.stateDir, "work");
}

/** Makes the state folder, which keeps itself out of git. @throws HP8005 when it cannot be written */
export function ensureStateDir(place: PlanPlace): void {
  makeFolder(place.artifactsDir, 0o700);
  const ignore = join(place.stateDir, ".gitignore");
  if (!existsSync(ignore)) writeWhole(ignore, "*\n");
}

/** Notes that this plan was used last in its folder, for commands that are called without one. @throws HP8005 */
export function rememberPlan(place: PlanPlace): void {
  writeWhole(join(place.stateDir, "last-plan"), `${place.planFile}\n`);
}

/** The plan that was last used in a folder; null when there is none, or when it is gone. */
export function lastPlan(dir: string): string | null {
  const note = join(dir, ".holdpoint", "last-plan");
  try {
    const file = readFileSync(note, "utf8").trim();
    return existsSync(file) ? file : null;
  } catch {
    // Missing, unreadable or a folder: the plan is then simply not known.
    return null;
  }
}
