import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";

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

/** Makes the state folder, which keeps itself out of git. */
export function ensureStateDir(place: PlanPlace): void {
  mkdirSync(place.artifactsDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(place.stateDir, ".gitignore"), "*\n");
}

/** Notes that this plan was used last in its folder, for commands that are called without one. */
export function rememberPlan(place: PlanPlace): void {
  writeFileSync(join(place.stateDir, "last-plan"), `${place.planFile}\n`);
}

/** The plan that was last used in a folder; null when there is none, or when it is gone. */
export function lastPlan(dir: string): string | null {
  const note = join(dir, ".holdpoint", "last-plan");
  if (!existsSync(note)) return null;
  const file = readFileSync(note, "utf8").trim();
  return existsSync(file) ? file : null;
}
