import { startCli, type TestProcess, until } from "./processes.ts";

/** A control plane that was started with the built `holdpoint up`. */
export interface StartedUp {
  readonly process: TestProcess;
  readonly url: string;
  /** The first administrator's; null when the database had one already. */
  readonly adminToken: string | null;
  /** How long it took until it served, milliseconds. */
  readonly tookMs: number;
}

/** What the command says when it serves. */
const SERVES = "holdpoint/server/v1";

/** Starts `holdpoint up` in a folder; answers when it serves. @throws Error with what it wrote, when it ends before that */
export async function startUp(
  folder: string,
  args: readonly string[] = ["--port", "0"],
  env: Readonly<Record<string, string>> = {},
): Promise<StartedUp> {
  const began = performance.now();
  const process = startCli(["up", "--json", ...args], folder, env);
  await until(() => process.text().includes(SERVES) || process.child.exitCode !== null);
  const tookMs = performance.now() - began;
  const said = process
    .text()
    .split("\n")
    .find((line) => line.includes(SERVES));
  if (said === undefined) throw new Error(process.text());
  const { url, adminToken }: { readonly url: string; readonly adminToken: string | null } = JSON.parse(said);
  return { process, url, adminToken, tookMs };
}
