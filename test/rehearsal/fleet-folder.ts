import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Categories of the scripts, each a folder. */
const CATEGORIES = [
  "testing",
  "automation",
  "workflow",
  "quality",
  "monitoring",
  "infrastructure",
  "security",
] as const;
/** Phases of the plan, and tasks of each. */
const PHASES = 12;
const TASKS_OF_PHASE = 12;

/** How the keys of tasks end whose first try fails, and that succeed when they are tried again. */
export const STUMBLES = ".7";

/** What a rehearsal works with. */
export interface FleetFolder {
  readonly scripts: string;
  /** Capability of each script. */
  readonly capabilities: readonly string[];
  readonly plan: string;
  /** Tasks of the plan. */
  readonly tasks: number;
  /** While this file is missing, the task `mend-me` fails. */
  readonly mended: string;
}

/** Writes a folder of small scripts, and a plan of the size that teams write. */
export function writeFleetFolder(folder: string, agents: number): FleetFolder {
  const scripts = join(folder, "scripts");
  const mended = join(folder, "mended");
  const names = Array.from({ length: agents }, (_, index) => `job_${index}`);
  for (const [index, name] of names.entries()) {
    const category = join(scripts, CATEGORIES[index % CATEGORIES.length] ?? "testing");
    mkdirSync(category, { recursive: true });
    const file = join(category, `${name}.sh`);
    writeFileSync(file, script(name, mended));
    chmodSync(file, 0o755);
  }
  return { scripts, capabilities: names, plan: plan(), tasks: PHASES * TASKS_OF_PHASE, mended };
}

/** A shell script that writes down what it did, and fails where the rehearsal wants to see a failure. */
function script(name: string, mended: string): string {
  return [
    "#!/bin/sh",
    `# Does ${name}`,
    "# holdpoint: timeout = 60s",
    'case "$HOLDPOINT_TASK:$HOLDPOINT_ATTEMPT" in',
    `  *${STUMBLES}:1) echo "the first try of this task fails" >&2; exit 1 ;;`,
    `  mend-me:*) [ -e "${mended}" ] || { echo "what it needs is missing" >&2; exit 1; } ;;`,
    "esac",
    'echo "$HOLDPOINT_TASK $HOLDPOINT_ATTEMPT" >> done.log',
    "",
  ].join("\n");
}

function plan(): string {
  const lines = ["# Rehearsal", ""];
  for (let phase = 1; phase <= PHASES; phase += 1) {
    lines.push(`## Phase ${phase}: Stage ${phase}`, "");
    for (let task = 1; task <= TASKS_OF_PHASE; task += 1) {
      const after = task === 1 ? "" : ` (depends on ${phase}.1)`;
      lines.push(`- [ ] ${phase}.${task} Do part ${task} of stage ${phase}${after}`);
    }
    lines.push("");
  }
  return lines.join("\n");
}
