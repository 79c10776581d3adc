import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { isDraftOf, isInside, TokenFile, type TokenHolder } from "@holdpoint/agent";
import { problem } from "@holdpoint/core";
import { type Client, createClient } from "@holdpoint/sdk";
import type { CommandCall } from "../command.ts";
import { optional } from "../commands/arguments.ts";
import { commandProblems } from "../commands/command.problems.ts";
import { serverAt } from "./server-of.ts";

/** The server of a runner, and the token that it may renew. */
export interface RunnerServer {
  /** Sends what `token` holds at the moment. */
  readonly client: Client;
  /** Null when there is no token. */
  readonly token: TokenHolder | null;
  /** Null when the token came from an option or a variable, or from the server's own note. */
  readonly file: TokenFile | null;
}

/**
 * The server that a runner works for, with the token of `--token-file` or HOLDPOINT_TOKEN_FILE, else as
 * {@link serverAt} finds it.
 *
 * @throws HP7310 when the file holds no token; HP8012 when a token is given besides; as {@link serverAt}
 */
export function runnerServer(call: CommandCall, clientId: string): RunnerServer {
  const path = optional(call, "tokenFile") ?? (call.env["HOLDPOINT_TOKEN_FILE"] || undefined);
  if (path !== undefined && optional(call, "token") !== undefined) {
    const expected = "Give the token or the file that holds it, not both.";
    throw problem(
      commandProblems,
      "HP8012",
      { flag: "--token-file", value: path, expected },
      { field: "--token-file" },
    );
  }
  const file = path === undefined ? null : new TokenFile(resolve(call.cwd, path));
  const current = file?.read();
  const known = serverAt(call, "holdpoint agent");
  const token = current ?? known.token;
  if (token === null) return { client: createClient({ url: known.url, clientId }), token: null, file };
  const holder: TokenHolder = { current: token };
  return { client: createClient({ url: known.url, clientId, token: () => holder.current }), token: holder, file };
}

/**
 * What to hide, so that no attempt sees the token: the folder that holds it, where attempts do not need it and it holds
 * nothing else, else the file alone. A file that is replaced does not stay hidden from attempts that run at that moment, a
 * folder does.
 *
 * @param needed folders of the attempts, absolute
 */
export function hiddenToken(file: string, needed: readonly string[]): string {
  const folder = dirname(file);
  const isNeeded = [...needed, homedir()].some((path) => isInside(folder, path));
  return isNeeded || !holdsNothingBut(folder, basename(file)) ? file : folder;
}

/** True when a folder holds no more than a token and the drafts of its successors. */
function holdsNothingBut(folder: string, token: string): boolean {
  try {
    return readdirSync(folder).every((name) => name === token || isDraftOf(token, name));
  } catch (error) {
    // What a folder holds that cannot be read is not known.
    return error instanceof Error && "code" in error && error.code === "ENOENT";
  }
}
