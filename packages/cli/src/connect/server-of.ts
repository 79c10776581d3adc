import { type Client, createClient } from "@holdpoint/sdk";
import type { CommandCall } from "../command.ts";
import { optional } from "../commands/arguments.ts";
import { findServer } from "./find-server.ts";

/**
 * A client of the server that `--url` and `--token` name, or the environment, or the server that runs on this folder's
 * data.
 *
 * @param command who asks, for people, such as `holdpoint token`
 * @param clientId name for the server's log
 * @throws HP9203 for an address that is none, HP9321 when no server is known, HP9322
 */
export function serverOf(call: CommandCall, command: string, clientId = "holdpoint-cli"): Client {
  const url = optional(call, "url");
  const own = optional(call, "token");
  const known = url === undefined ? findServer(call.env, call.cwd, command) : null;
  const token = own ?? (known === null ? call.env["HOLDPOINT_TOKEN"] : (known.token ?? undefined));
  return createClient({ url: url ?? known?.url ?? "", clientId, ...(token === undefined ? {} : { token }) });
}
