/**
 * `npm run demo:mcp`: the published SDK's client of the Model Context Protocol, over HTTP, against the server that people start:
 * it imports a plan, finds a task, is refused for missing evidence, hands it in, and finishes. Prints each call with its size.
 *
 *   npm run demo:mcp -- [PLAN.md] [--revision 2026-07-28|2025-11-25] [--json]
 *
 * A plan without a sidecar gets one for the time of the run, by which an agent's report may speak for its gates; gates that no
 * agent can open, or that hold the plan before any agent is asked, are waived by a person. Ends with 1 when the story did not come
 * to be.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { operations } from "@holdpoint/contract";
import { type Client, createClient } from "@holdpoint/sdk";
import { ensureBuilt } from "../e2e/built-cli.ts";
import { endAll } from "../runner/processes.ts";
import { startUp } from "../runner/start-up.ts";
import { createPerson } from "./person.ts";
import { connectRecorded, REVISIONS, type RecordedCall, type Revision } from "./recorded-client.ts";
import { sidecarFor } from "./sidecar-for.ts";
import { workThePlan } from "./work-the-plan.ts";

/** Budget of a task from `work_next` to `work_finish`, a refusal included, and of the list of tools. */
const BUDGET = { calls: 6, tokens: 6_000, listTokens: 2_000 };
const MOST_TASKS = 100;
/** Characters of an answer that are printed. */
const SHOWN_CHARS = 700;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { revision: { type: "string", default: REVISIONS[0] }, json: { type: "boolean", default: false } },
});
const revision = REVISIONS.find((one) => one === values.revision);
const file = positionals[0] ?? join(import.meta.dirname, "PLAN.md");
if (revision === undefined || !existsSync(file)) {
  process.stderr.write(revision === undefined ? `--revision is one of ${REVISIONS.join(", ")}\n` : `no file ${file}\n`);
  process.exit(64);
}

const folder = mkdtempSync(join(tmpdir(), "holdpoint-demo-"));
await ensureBuilt();
try {
  process.exitCode = await main(revision);
} finally {
  await endAll();
  rmSync(folder, { recursive: true, force: true });
}

async function main(spoken: Revision): Promise<number> {
  const { url, admin } = await startServer();
  const tokenOf = async (kind: "pln" | "agt"): Promise<string> =>
    (await admin.call(operations.createToken, { body: { kind, name: kind === "pln" ? "planner" : "ada" } })).token;
  const planner = await connectRecorded({ url, token: await tokenOf("pln"), revision: REVISIONS[0] }, print);
  const document = readFileSync(file, "utf8");
  const own = file.replace(/\.\w+$/, ".holdpoint.yaml");
  const sidecar = existsSync(own) ? readFileSync(own, "utf8") : sidecarFor(document, basename(file));
  say(`The plan ${basename(file)}, ${existsSync(own) ? "with its sidecar" : "with a sidecar made for this run"}\n`);
  const imported = await planner.call("plan_import", { source: basename(file), document, sidecar });
  await planner.close();
  if (imported.refused) return 1;
  const plan = String(imported.data["plan"]);

  const ada = await connectRecorded({ url, token: await tokenOf("agt"), revision: spoken }, print);
  say(`An agent over revision ${spoken}: ${ada.tools.length} tools, ${ada.listTokens} tokens of tools/list\n`);
  const capabilities = await capabilitiesOf(admin, plan);
  const kim = await createPerson({ url, admin, plan }, say);
  await kim.waiveUnprovable();
  const decide = (): Promise<boolean> => kim.decide();
  const worked = await workThePlan(ada, { plan, capabilities, most: MOST_TASKS, decide });
  await ada.close();

  const { story } = worked;
  const tokens = story.reduce((sum, { askedTokens, answeredTokens }) => sum + askedTokens + answeredTokens, 0);
  const refusals = story.filter(({ refused }) => refused).map(({ data }) => String(data["code"]));
  const summary = {
    schema: "holdpoint/demo-mcp/v1",
    revision: spoken,
    tools: ada.tools.length,
    listTokens: ada.listTokens,
    accepted: worked.accepted,
    blocked: worked.blocked,
    calls: story.length,
    tokens,
    refusals,
  };
  say(
    story.length === 0
      ? "No task of this plan was refused and accepted with evidence: none has a gate that an agent's report can open."
      : `Found, refused once (${refusals.join(", ")}), proven and accepted: ${story.length} calls, ${tokens} tokens.`,
  );
  process.stdout.write(`${JSON.stringify(values.json ? { ...summary, story } : summary)}\n`);
  const isWithin = story.length <= BUDGET.calls && tokens <= BUDGET.tokens && ada.listTokens <= BUDGET.listTokens;
  return refusals.join() === "HP9304" && isWithin ? 0 : 1;
}

async function startServer(): Promise<{ readonly url: string; readonly admin: Client }> {
  const { url, adminToken } = await startUp(folder, ["--log-level", "error", "--port", "0"]);
  return { url, admin: createClient({ url, token: adminToken ?? "" }) };
}

/** What agents of the plan have to be able to do. */
async function capabilitiesOf(admin: Client, plan: string): Promise<readonly string[]> {
  const found = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await admin.call(operations.listTasks, { query: { plan, limit: 200, cursor } });
    for (const { capabilities } of page.items) for (const one of capabilities) found.add(one);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return [...found];
}

function print({ tool, input, refused, data, askedTokens, answeredTokens }: RecordedCall): void {
  const { document, sidecar, ...rest } = input;
  const texts = [document, sidecar]
    .filter((text) => typeof text === "string")
    .map((text) => `${text.length} characters`);
  say(
    `→ ${tool} ${JSON.stringify(rest)}${texts.length === 0 ? "" : ` + ${texts.join(" and ")}`}   ${askedTokens} tokens`,
  );
  const answer = JSON.stringify(data);
  const shown = answer.length > SHOWN_CHARS ? `${answer.slice(0, SHOWN_CHARS)}…` : answer;
  say(`${refused ? "✗ refused" : "←"} ${shown}   ${answeredTokens} tokens\n`);
}

function say(line: string): void {
  if (!values.json) process.stderr.write(`${line}\n`);
}
