import { operations, type ResponseOf } from "@holdpoint/contract";
import type { CommandCall } from "../command.ts";
import { allOf } from "../connect/pages-of.ts";
import { serverOf } from "../connect/server-of.ts";
import { styleFor } from "../output/style.ts";
import { wantsJson } from "./arguments.ts";

type AgentRow = ResponseOf<typeof operations.listAgents>["items"][number];

/** `holdpoint agent list`: who is registered at a server, and how each is. */
export async function run(call: CommandCall): Promise<number> {
  const client = serverOf(call, "holdpoint agent");
  const agents = await allOf((query) => client.call(operations.listAgents, { query }));
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/agent-list/v1", agents })}\n`);
    return 0;
  }
  const { bold } = styleFor(call.out, call.env).paint;
  const count = (state: AgentRow["state"]): number => agents.filter((agent) => agent.state === state).length;
  const widest = Math.max(5, ...agents.map(({ name }) => name.length));
  for (const { name, state, wanted, leases, runner, capabilities } of agents) {
    const how = wanted === "active" ? state : `${state}, ${wanted}`;
    const work = leases === 0 ? "" : ` ${leases} leased`;
    const can = capabilities.slice(0, 6).join(" ");
    call.out.write(`${name.padEnd(widest)}  ${how.padEnd(8)}${work}  ${runner ?? "-"}  ${can}\n`);
  }
  call.out.write(
    bold(`${agents.length} agents: ${count("healthy")} healthy, ${count("silent")} silent, ${count("gone")} gone\n`),
  );
  return 0;
}
