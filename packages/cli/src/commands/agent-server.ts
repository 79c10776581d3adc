import { type Client, createClient } from "@holdpoint/sdk";
import type { CommandCall } from "../command.ts";
import { optional } from "./arguments.ts";

/** Where a server is when nobody says so. */
const DEFAULT_URL = "http://127.0.0.1:5005";

/** A client of the server that `--url` and `--token`, or the environment, name. @throws HP9203 */
export function serverOf(call: CommandCall, clientId: string): Client {
  const url = optional(call, "url") ?? call.env["HOLDPOINT_URL"] ?? DEFAULT_URL;
  const token = optional(call, "token") ?? call.env["HOLDPOINT_TOKEN"];
  return createClient({ url, clientId, ...(token === undefined ? {} : { token }) });
}
