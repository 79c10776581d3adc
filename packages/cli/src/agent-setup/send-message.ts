import { problem } from "@holdpoint/core";
import type { KnownServer } from "../connect/find-server.ts";
import { agentSetupProblems } from "./agent-setup.problems.ts";
import { fieldOf, type Message } from "./message.ts";
import { messagesOf } from "./message-stream.ts";

const PROTOCOL_KEY = "io.modelcontextprotocol/protocolVersion";

/**
 * Sends one message to a server's `/mcp`; yields what comes back.
 *
 * @param agreed revision that was agreed on by `initialize`; messages of the later revision name their own
 * @throws HP9323 when the server does not answer, HP9324 when it refuses the token
 */
export async function* sendMessage(
  { url, token }: KnownServer,
  message: Message,
  agreed: string | null,
  signal: AbortSignal,
): AsyncGenerator {
  const response = await fetch(`${url}/mcp`, {
    method: "POST",
    headers: headersOf(message, token, agreed),
    body: JSON.stringify(message),
    redirect: "error",
    signal,
  }).catch((error: unknown) => {
    throw signal.aborted && !isTimeout(signal)
      ? error
      : problem(agentSetupProblems, "HP9323", { url, why: reasonOf(error) });
  });
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("application/problem+json") || response.status === 401 || response.status === 403) {
    const why = await detailOf(response);
    throw problem(agentSetupProblems, "HP9324", { url, status: response.status, why });
  }
  try {
    yield* messagesOf(response, type);
  } catch (error) {
    throw signal.aborted && !isTimeout(signal)
      ? error
      : problem(agentSetupProblems, "HP9323", { url, why: reasonOf(error) });
  }
}

/** The headers that the revision of the message asks for. */
function headersOf(message: Message, token: string | null, agreed: string | null): Record<string, string> {
  const modern = fieldOf(fieldOf(message["params"], "_meta"), PROTOCOL_KEY);
  const method = message["method"];
  const name = fieldOf(message["params"], method === "resources/read" ? "uri" : "name");
  const version = typeof modern === "string" ? modern : agreed;
  return {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(version === null ? {} : { "mcp-protocol-version": version }),
    ...(typeof modern === "string" && typeof method === "string" ? { "mcp-method": method } : {}),
    ...(typeof modern === "string" && typeof name === "string" ? { "mcp-name": encodedName(name) } : {}),
  };
}

/** Names with characters that no header carries go in Base64, as the revision says. */
function encodedName(name: string): string {
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(name)
    ? name
    : `=?base64?${Buffer.from(name, "utf8").toString("base64")}?=`;
}

/** A time-out is the server's silence; other signals are the caller's own wish. */
function isTimeout({ reason }: AbortSignal): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}

/** What went wrong, in a word for people: the code of the operating system where there is one. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && "code" in cause && typeof cause.code === "string") return cause.code;
  return cause instanceof Error ? cause.message : String(cause);
}

async function detailOf(response: Response): Promise<string> {
  const text = await response.text().catch(() => "");
  try {
    const detail = fieldOf(JSON.parse(text), "detail");
    return typeof detail === "string" ? detail : "no reason was given";
  } catch {
    return "no reason was given";
  }
}
