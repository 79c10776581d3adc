import { type CallToolResult, Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** One call of a tool as a client made it, with what it cost in tokens. */
export interface RecordedCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly refused: boolean;
  readonly data: Readonly<Record<string, unknown>>;
  /** Of name and arguments as JSON. */
  readonly askedTokens: number;
  /** Of the whole result as JSON. */
  readonly answeredTokens: number;
}

/** A client of the SDK that records what it says. */
export interface RecordedClient {
  readonly calls: readonly RecordedCall[];
  /** Tokens of the answer to `tools/list`. */
  readonly listTokens: number;
  readonly tools: readonly string[];
  call(tool: string, input?: Readonly<Record<string, unknown>>): Promise<RecordedCall>;
  close(): Promise<void>;
}

/** Revisions of the protocol that one address serves, the newest first. */
export const REVISIONS = ["2026-07-28", "2025-11-25"] as const;

/** One of {@link REVISIONS}. */
export type Revision = (typeof REVISIONS)[number];

/**
 * Connects the client of the published SDK to a server over HTTP.
 *
 * @param onCall told of each call when it is answered
 */
export async function connectRecorded(
  { url, token, revision }: { readonly url: string; readonly token: string; readonly revision: Revision },
  onCall: (call: RecordedCall) => void = () => undefined,
): Promise<RecordedClient> {
  const mode = revision === REVISIONS[0] ? { pin: revision } : ("legacy" as const);
  const client = new Client({ name: "holdpoint-demo", version: "1.0.0" }, { versionNegotiation: { mode } });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit }));
  const listed = await client.listTools();
  const calls: RecordedCall[] = [];
  return {
    calls,
    listTokens: tokensOf(listed),
    tools: listed.tools.map(({ name }) => name),
    async call(tool, input = {}) {
      const asked = { name: tool, arguments: { ...input } };
      const result: CallToolResult = await client.callTool(asked);
      const data = typeof result.structuredContent === "object" ? { ...result.structuredContent } : {};
      const refused = result.isError === true;
      const sizes = { askedTokens: tokensOf(asked), answeredTokens: tokensOf(result) };
      const call: RecordedCall = { tool, input, refused, data, ...sizes };
      calls.push(call);
      onCall(call);
      return call;
    },
    close: () => client.close(),
  };
}

/** Tokens of a value as JSON, by the rule of thumb of four bytes to a token. */
function tokensOf(value: unknown): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(value), "utf8") / 4);
}
