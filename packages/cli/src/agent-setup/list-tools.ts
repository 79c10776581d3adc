import type { KnownServer } from "../connect/find-server.ts";
import { sendMessage } from "./send-message.ts";

/** Names of the tools that a token opens. @throws HP9323, HP9324 */
export async function listTools(server: KnownServer): Promise<readonly string[]> {
  const message = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };
  for await (const answer of sendMessage(server, message, null, AbortSignal.timeout(CHECK_MS))) {
    if (isToolList(answer)) return answer.result.tools.map(({ name }) => name);
  }
  return [];
}

/** How long a check waits for the server, milliseconds. */
const CHECK_MS = 10_000;

function isToolList(
  value: unknown,
): value is { readonly result: { readonly tools: readonly { readonly name: string }[] } } {
  if (typeof value !== "object" || value === null || !("result" in value)) return false;
  const { result } = value;
  return typeof result === "object" && result !== null && "tools" in result && Array.isArray(result.tools);
}
