import { execFileSync } from "node:child_process";
import { type CallFolder, type CallResult, callFolder } from "../commands/call.testing.ts";
import { run } from "../commands/run.ts";
import { run as verify } from "../commands/verify.ts";
import type { VerificationReport } from "../report/report-model.ts";

/** What tests look at of the object that `--json` prints. */
export type Report = Pick<VerificationReport, "gates" | "checks" | "work" | "notAllowed" | "isolation">;

type Options = Readonly<Record<string, string | boolean | readonly string[]>>;

/** A plan's folder in which `run` and `verify` are called in this process, on a database of a test server. */
export interface Bench {
  readonly folder: CallFolder;
  readonly env: { readonly DATABASE_URL: string; readonly XDG_STATE_HOME: string };
  readonly run: (options?: Options) => Promise<CallResult & { readonly report: Report }>;
  readonly verify: (options?: Options) => Promise<CallResult & { readonly report: Report }>;
}

/** Opens a folder with these files. @param git makes it a repository with one commit */
export function openBench(files: Readonly<Record<string, string>>, databaseUrl: string, git: boolean): Bench {
  const folder = callFolder(files);
  if (git) {
    const call = (...args: readonly string[]): void =>
      void execFileSync("git", args, { cwd: folder.dir, stdio: "ignore" });
    call("init", "-q");
    call("add", "-A");
    call("-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-qm", "begin");
  }
  const env = { DATABASE_URL: databaseUrl, XDG_STATE_HOME: `${folder.home}-state` };
  const calling =
    (command: typeof run) =>
    async (options: Options = { trust: true }): Promise<CallResult & { readonly report: Report }> => {
      const result = await folder.call(command, ["PLAN.md"], { json: true, ...options }, env);
      const report: Report = JSON.parse(result.out);
      return { ...result, report };
    };
  return { folder, env, run: calling(run), verify: calling(verify) };
}

/** A plan of one step with one gate and the checks that may measure it. */
export function plan(metric: string, threshold: string, ...checks: readonly string[]): string {
  const commands = checks.map((check) => `  - ${JSON.stringify(check)}`).join("\n");
  const list = checks.length === 0 ? "" : `checks:\n${commands}\n`;
  return `# Plan\n\n## Step 1: Work\n\n\`\`\`yaml\nquality_gates:\n  ${metric}: "${threshold}"\n${list}\`\`\`\n`;
}

/** The manifest of an agent that takes any task. @param more further lines of it */
export function worker(command: string, more = "", name = "worker"): Readonly<Record<string, string>> {
  const lines = `name: ${name}\ncapabilities: [any]\n${more}backoff: { first: 20ms, longest: 40ms }\n`;
  return { [`agents/${name}.yaml`]: `${lines}command: ${JSON.stringify(command)}\n` };
}

/** How the attempts of a run ended, oldest first. */
export function outcomes(report: Report): readonly string[] {
  return (report.work?.attempts ?? []).map(({ outcome }) => outcome);
}
