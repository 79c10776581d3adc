import { SCOPES, type Scope } from "@holdpoint/contract";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { type CallToolResult, Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { type ControlPlane, type ControlPlaneParts, createControlPlane } from "../control-plane.ts";
import type { Authenticate } from "../http/index.ts";
import { createSystemRuntime } from "../system-runtime.ts";

/** A control plane on a throw-away database, with a token for each set of scopes: `acme:work+read`. */
export interface TestPlane {
  readonly url: string;
  readonly plane: ControlPlane;
  /** What went wrong inside while requests were answered. */
  readonly faults: unknown[];
  /** Moves the clock of the server on. */
  pass(ms: number): void;
  stop(): Promise<void>;
}

/** Both revisions of the protocol that one address serves. */
export const REVISIONS = ["2026-07-28", "2025-11-25"] as const;

/** Takes tokens of the form `tenant:scope+scope`. */
export const authenticateByName: Authenticate = ({ token }) => {
  const [tenant, scopes] = token?.split(":") ?? [];
  if (tenant === undefined || scopes === undefined) return Promise.resolve(null);
  const named = new Set(scopes.split("+"));
  const held = new Set<Scope>(SCOPES.filter((scope) => named.has(scope)));
  return Promise.resolve({ tenant, name: `${tenant} agent`, tokenId: null, scopes: held });
};

/** Starts a control plane on loopback. */
export async function startTestPlane(more: Partial<ControlPlaneParts> = {}): Promise<TestPlane> {
  const database: TestServer = await startTestServer(undefined);
  const system = createSystemRuntime();
  let ahead = 0;
  const runtime = { ...system, now: (): number => system.now() + ahead };
  const store = await database.openStore(() => runtime.now());
  const faults: unknown[] = [];
  const plane = await createControlPlane({
    store,
    runtime,
    version: "0.0.0-test",
    replica: "test",
    authenticate: authenticateByName,
    onRequest: ({ fault }) => {
      if (fault !== null) faults.push(fault);
    },
    ...more,
  });
  const url = await plane.listen({ host: "127.0.0.1", port: 0 });
  return {
    url,
    plane,
    faults,
    pass: (ms) => {
      ahead += ms;
    },
    stop: async () => {
      await plane.close();
      await database.stop();
    },
  };
}

/** An answer with its sizes. */
export interface Answered {
  readonly refused: boolean;
  readonly data: Record<string, unknown>;
  readonly text: string;
  /** Of the whole result as JSON. */
  readonly tokens: number;
}

/** What calls of tools cost a client. */
export interface Session {
  readonly client: Client;
  readonly calls: { readonly name: string; readonly tokens: number; readonly answer: Answered }[];
  call(name: string, input?: Record<string, unknown>): Promise<Answered>;
  close(): Promise<void>;
}

/** Connects the SDK's client. */
export async function connect(url: string, token: string, revision: string = REVISIONS[0]): Promise<Session> {
  const mode = revision === REVISIONS[0] ? { pin: revision } : ("legacy" as const);
  const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode } });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit }));
  const calls: { name: string; tokens: number; answer: Answered }[] = [];
  return {
    client,
    calls,
    async call(name, input = {}) {
      const answer = answered(await client.callTool({ name, arguments: input }));
      calls.push({ name, tokens: tokensOf({ name, arguments: input }) + answer.tokens, answer });
      return answer;
    },
    close: () => client.close(),
  };
}

function answered(result: CallToolResult): Answered {
  const [first] = result.content;
  return {
    refused: result.isError === true,
    data: { ...(typeof result.structuredContent === "object" ? result.structuredContent : {}) },
    text: first?.type === "text" ? first.text : "",
    tokens: tokensOf(result),
  };
}

/**
 * Tokens of a value as JSON, by the rule of thumb of four bytes to a token. Tokenizers differ by a tenth or so either way
 * on such text; `docs/guide/mcp.md` names a measurement.
 */
export function tokensOf(value: unknown): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(value), "utf8") / 4);
}

/** A small plan: a step with a gate of its own, and a task without one. */
export const PARSER = `# Parser

The parser reads addresses and is to be trusted with strangers' input.

## Phase 1: Prove (Week 1)

### Step 1: Cover the parser

Write tests for the branches that nobody ran so far, and show what they reach.

**Quality Gates**:

- [ ] Line coverage: >=80%

## Phase 2: Tell (Week 2)

- [ ] PAR-2 Write the page on addresses
`;

/** Lets an agent's own report speak for the gate: without it, only a runner's check would count. */
export const PARSER_SIDECAR = `holdpoint: sidecar/v1
minTier: E1
gates:
  line_coverage: { metric: line_coverage }
`;

/** A coverage report in LCOV. @param covered lines of ten */
export function coverageReport(covered: number): string {
  const lines = Array.from({ length: 10 }, (_, at) => `DA:${at + 1},${at < covered ? 1 : 0}`);
  return ["TN:", "SF:parser.mjs", ...lines, "LF:10", `LH:${covered}`, "end_of_record", ""].join("\n");
}

/** The task of an answer of work_next. @throws Error when there is none */
export function taskOf({ data, text }: Answered): { id: string; gates: { key: string }[]; [field: string]: unknown } {
  const found: unknown = data["task"];
  if (!isTask(found)) throw new Error(`no task: ${text}`);
  return found;
}

function isTask(value: unknown): value is { id: string; gates: { key: string }[] } {
  return typeof value === "object" && value !== null && "id" in value && "gates" in value;
}
