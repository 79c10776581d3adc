import { listTools } from "../agent-setup/list-tools.ts";
import { relayStdio } from "../agent-setup/stdio-relay.ts";
import type { CommandCall } from "../command.ts";
import { findServer } from "../connect/find-server.ts";
import { problemText } from "../output/problem-text.ts";
import { styleFor } from "../output/style.ts";
import { wantsJson } from "./arguments.ts";

/** `holdpoint mcp`: the server's tools over standard input and output, for agents that start their tools themselves. */
export async function run(call: CommandCall): Promise<number> {
  const find = (): ReturnType<typeof findServer> => findServer(call.env, call.cwd, "holdpoint mcp");
  const server = find();
  if (call.options["check"] !== true && !wantsJson(call)) {
    const style = styleFor(call.err, call.env);
    const onProblem = (error: unknown): void => void call.err.write(problemText(error, style));
    await relayStdio({ input: process.stdin, output: call.out, server: find, onProblem });
    return 0;
  }
  const tools = await listTools(server);
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/mcp-check/v1", url: server.url, tools })}\n`);
  } else call.out.write(`${server.url} answers; this token opens ${tools.length} tools: ${tools.join(", ")}.\n`);
  return 0;
}
