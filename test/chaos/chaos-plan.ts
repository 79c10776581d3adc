import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How large the generated plan is. */
export interface ChaosShape {
  readonly layers: number;
  readonly width: number;
  /** File outside of the plan's folder in which the agents note their attempts. */
  readonly log: string;
}

/** Key of a task of the generated plan. */
export function taskId(layer: number, place: number): string {
  return `L${layer}-${place}`;
}

/**
 * Writes a plan of phases, each with tasks that run together and a gate that counts their files, as a repository with
 * quick agents.
 *
 * Each attempt appends one line with its number to the file of its task: a change that was merged twice, or from an
 * attempt that was not accepted, is seen there.
 */
export function writeChaosPlan(dir: string, { layers, width, log }: ChaosShape): void {
  const phases: string[] = [];
  for (let layer = 1; layer <= layers; layer += 1) {
    const tasks = Array.from({ length: width }, (_, place) => `- [ ] ${taskId(layer, place)} Write a file`);
    const gate = [
      "```yaml",
      "quality_gates:",
      `  files_${layer}: ">=${width}"`,
      "checks:",
      `  - sh count.sh ${layer}`,
      "```",
    ];
    phases.push(`## Phase ${layer}: Layer ${layer} (parallel)`, "", ...tasks, "", ...gate, "");
  }
  const put = (path: string, text: string): void => writeFileSync(join(dir, path), text);
  mkdirSync(join(dir, "agents"), { recursive: true });
  mkdirSync(join(dir, "work"));
  put("work/README", "One file for each task.\n");
  put("PLAN.md", `# Chaos\n\n${phases.join("\n")}`);
  put("count.sh", 'echo "files_$1=$(ls work | grep -c "^L$1-")"\n');
  put(".gitignore", ".holdpoint/\n");
  const work = [
    `echo "$HOLDPOINT_TASK $HOLDPOINT_ATTEMPT begin" >> ${log}`,
    'echo "$HOLDPOINT_TASK $HOLDPOINT_ATTEMPT" >> "work/$HOLDPOINT_TASK"',
    `sleep 0.0$((\${#HOLDPOINT_TASK} % 3 + 1))`,
    `echo "$HOLDPOINT_TASK $HOLDPOINT_ATTEMPT end" >> ${log}`,
  ].join("; ");
  for (const name of ["one", "two"]) {
    put(
      `agents/${name}.yaml`,
      `name: ${name}\ncapabilities: [any]\nconcurrency: 2\ncommand: ${JSON.stringify(work)}\n`,
    );
  }
  const git = (...args: readonly string[]): void => void execFileSync("git", args, { cwd: dir, stdio: "ignore" });
  git("init", "-q");
  git("add", "-A");
  git("-c", "user.name=chaos", "-c", "user.email=chaos@localhost", "commit", "-qm", "begin");
}
