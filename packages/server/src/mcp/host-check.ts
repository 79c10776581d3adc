import { problem } from "@holdpoint/core";
import { mcpProblems } from "./mcp.problems.ts";

/** Names that only this machine can mean. */
export const LOOPBACK_HOSTS: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** What a request says of where it goes and where it comes from. */
export interface RequestPlace {
  readonly host: string | null;
  /** Sent by browsers only; null when absent. */
  readonly origin: string | null;
}

/**
 * Refuses requests for names that are not served, and from pages of other hosts. Ports do not count: an agent may reach
 * the server through a forwarded one.
 *
 * @throws HP9301, HP9302
 */
export function checkPlace({ host, origin }: RequestPlace, hosts: readonly string[]): void {
  const allowed = new Set(hosts.map((name) => name.toLowerCase()));
  const name = host === null ? null : hostnameOf(`http://${host}`);
  if (name === null || !allowed.has(name)) {
    throw problem(mcpProblems, "HP9301", { host: host ?? "(none)", hosts: hosts.join(", ") });
  }
  if (origin === null) return;
  const from = /^https?:\/\//i.test(origin) ? hostnameOf(origin) : null;
  if (from === null || !allowed.has(from)) throw problem(mcpProblems, "HP9302", { origin });
}

/** The host of an address without its port; null when it is none, or carries more than an origin may. */
function hostnameOf(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { hostname, username, password, pathname, search, hash } = new URL(address);
  const bare = username === "" && password === "" && pathname === "/" && search === "" && hash === "";
  return bare && hostname !== "" ? hostname.toLowerCase() : null;
}
