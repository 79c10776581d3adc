import { type Client, createClient } from "@holdpoint/sdk";
import type { CommandCall } from "../command.ts";
import { optional } from "../commands/arguments.ts";
import { findServer, type KnownServer } from "./find-server.ts";

/**
 * A client of the server that `--url` and `--token` name, or the environment, or the server that runs on this folder's
 * data.
 *
 * @param command who asks, for people, such as `holdpoint token`
 * @param clientId name for the server's log
 * @throws HP9203 for an address that is none, HP9321 when no server is known, HP9322
 */
export function serverOf(call: CommandCall, command: string, clientId = "holdpoint-cli"): Client {
  const { url, token } = serverAt(call, command);
  return createClient({ url, clientId, ...(token === null ? {} : { token }) });
}

/**
 * Address and token of that server.
 *
 * @throws HP9321 when no server is known, HP9322
 */
export function serverAt(call: CommandCall, command: string): KnownServer {
  const url = optional(call, "url");
  const known = url === undefined ? findServer(call.env, call.cwd, command) : null;
  const given = known === null ? (call.env["HOLDPOINT_TOKEN"] ?? null) : known.token;
  return { url: url ?? known?.url ?? "", token: optional(call, "token") ?? given };
}
