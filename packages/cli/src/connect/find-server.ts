import { dirname, join } from "node:path";
import { problem } from "@holdpoint/core";
import { fieldOf } from "../agent-setup/message.ts";
import { readBounded } from "../place/read-bounded.ts";
import { connectProblems } from "./connect.problems.ts";

/** Where a server is and what opens it. */
export interface KnownServer {
  /** Without a path or a slash at the end. */
  readonly url: string;
  /** Null where none is set: the server then says what it needs. */
  readonly token: string | null;
}

/** Most bytes of a file that says where a server is. */
const MOST_BYTES = 64 * 1024;

/**
 * Finds the server: by HOLDPOINT_URL and HOLDPOINT_TOKEN, else by `.holdpoint/server.json` in the folder or the nearest one
 * above it.
 *
 * A token of the environment goes only to a server of the environment, or to the one of the file when no address is set.
 *
 * @throws HP9321 when neither is there, HP9322 when what is there says something else
 */
export function findServer(env: NodeJS.ProcessEnv, folder: string, command: string): KnownServer {
  const url = env["HOLDPOINT_URL"];
  const token = env["HOLDPOINT_TOKEN"];
  if (url !== undefined && url !== "") {
    return { url: baseOf(url, "HOLDPOINT_URL"), token: token === undefined || token === "" ? null : token };
  }
  for (let dir = folder; ; dir = dirname(dir)) {
    const file = join(dir, ".holdpoint", "server.json");
    const read = readBounded(file, MOST_BYTES);
    if (read.ok) {
      const told = parse(read.bytes, file);
      const own = token === undefined || token === "" ? null : token;
      return { url: baseOf(told.url, file), token: own ?? told.token };
    }
    if (read.why !== "missing") throw problem(connectProblems, "HP9322", { place: file, why: read.why }, { file });
    if (dirname(dir) === dir) throw problem(connectProblems, "HP9321", { command });
  }
}

function parse(bytes: Uint8Array, file: string): { readonly url: string; readonly token: string | null } {
  const refused = (why: string): Error => problem(connectProblems, "HP9322", { place: file, why }, { file });
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw refused("it is not JSON");
  }
  const [url, token = null] = [fieldOf(json, "url"), fieldOf(json, "token")];
  if (typeof url !== "string" || (token !== null && typeof token !== "string")) {
    throw refused("it needs `url`, and `token` as text");
  }
  return { url, token: token === "" ? null : token };
}

function baseOf(url: string, place: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw problem(connectProblems, "HP9322", { place, why: "it is no http or https address" });
  }
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, "")}`;
}
