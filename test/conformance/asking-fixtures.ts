import { randomBytes } from "node:crypto";
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  type InputRequest,
  type InputRequiredResult,
  inputRequired,
  type McpServer,
  type McpServerOptions,
  type ServerContext,
} from "@modelcontextprotocol/server";

/** Proves that the state a client sends back is the one it was given. */
const STATE = createRequestStateCodec<{ round: number }>({ key: randomBytes(32) });

/** A state that was tampered with is refused before any tool runs. */
export const FIXTURE_OPTIONS: McpServerOptions = { requestState: { verify: (state, ctx) => STATE.verify(state, ctx) } };

type Answer = CallToolResult | InputRequiredResult;

/** Tools and a prompt that ask their client for something: a person's word, a model's, or its roots. */
export function registerAsking(server: McpServer): void {
  const asks = (name: string, run: (ctx: ServerContext) => Answer | Promise<Answer>): void => {
    server.registerTool(name, { description: "Asks its client." }, (ctx) => run(ctx));
  };
  const name = field("What is your name?", "name", "string");
  const greeting = model("Generate a greeting", 50);

  asks("test_input_required_result_elicitation", (ctx) => {
    const given = content(ctx, "user_name")?.["name"];
    if (typeof given !== "string") return inputRequired({ inputRequests: { user_name: name } });
    return text(`Hello, ${given}!`);
  });
  asks("test_input_required_result_sampling", (ctx) => {
    const given = response(ctx, "capital_question");
    const question = model("What is the capital of France?", 100);
    if (given === null) return inputRequired({ inputRequests: { capital_question: question } });
    return text(`The model says: ${JSON.stringify(given["content"] ?? given)}`);
  });
  asks("test_input_required_result_list_roots", (ctx) => {
    const given = response(ctx, "client_roots");
    if (given === null) return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
    return text(`Roots: ${JSON.stringify(given["roots"])}`);
  });
  for (const tool of ["test_input_required_result_request_state", "test_input_required_result_tampered_state"]) {
    asks(tool, async (ctx) => {
      const confirm = field("Please confirm", "ok", "boolean");
      if (ctx.mcpReq.requestState() === undefined) {
        return inputRequired({ inputRequests: { confirm }, requestState: await STATE.mint({ round: 1 }) });
      }
      return text("state-ok");
    });
  }
  asks("test_input_required_result_multiple_inputs", async (ctx) => {
    const inputRequests = { user_name: name, greeting, client_roots: inputRequired.listRoots() };
    const all = Object.keys(inputRequests).every((key) => response(ctx, key) !== null);
    if (!all) return inputRequired({ inputRequests, requestState: await STATE.mint({ round: 1 }) });
    return text("all three were given");
  });
  asks("test_input_required_result_multi_round", async (ctx) => {
    const round = ctx.mcpReq.requestState<{ round: number }>()?.round ?? 0;
    const step1 = field("Step 1: What is your name?", "name", "string");
    const step2 = field("Step 2: What is your favorite color?", "color", "string");
    if (round === 0) return inputRequired({ inputRequests: { step1 }, requestState: await STATE.mint({ round: 1 }) });
    if (round === 1) return inputRequired({ inputRequests: { step2 }, requestState: await STATE.mint({ round: 2 }) });
    return text("done after two rounds");
  });
  asks("test_input_required_result_capabilities", (ctx) => {
    const envelope: unknown = ctx.mcpReq.envelope;
    const told = isRecord(envelope) ? envelope[CLIENT_CAPABILITIES_META_KEY] : null;
    const can = isRecord(told) ? told : {};
    const inputRequests = {
      ...(can["elicitation"] === undefined ? {} : { user_name: name }),
      ...(can["sampling"] === undefined ? {} : { greeting }),
    };
    return Object.keys(inputRequests).length === 0 ? text("nothing can be asked") : inputRequired({ inputRequests });
  });
  asks("test_streaming_elicitation", async (ctx) => {
    await ctx.mcpReq.notify({
      method: "notifications/progress",
      params: { progressToken: ctx.mcpReq["_meta"]?.progressToken ?? 0, progress: 1 },
    });
    return inputRequired({ inputRequests: { user_name: name } });
  });
  // What a client did not declare is refused by the protocol itself.
  asks("test_missing_capability", () => inputRequired({ inputRequests: { greeting } }));
  server.registerPrompt("test_input_required_result_prompt", { description: "Asks its client." }, (ctx) => {
    const given = content(ctx, "user_context")?.["context"];
    const context = field("What context should the prompt use?", "context", "string");
    if (typeof given !== "string") return inputRequired({ inputRequests: { user_context: context } });
    return { messages: [{ role: "user", content: { type: "text", text: `In the context of ${given}` } }] };
  });
}

function field(message: string, name: string, type: "string" | "boolean"): InputRequest {
  const property = type === "string" ? { type: "string" as const } : { type: "boolean" as const };
  const requestedSchema = { type: "object" as const, properties: { [name]: property }, required: [name] };
  return inputRequired.elicit({ message, requestedSchema });
}

function model(question: string, maxTokens: number): InputRequest {
  const messages = [{ role: "user" as const, content: { type: "text" as const, text: question } }];
  return inputRequired.createMessage({ messages, maxTokens });
}

function text(words: string): CallToolResult {
  return { content: [{ type: "text", text: words }] };
}

function response(ctx: ServerContext, key: string): Readonly<Record<string, unknown>> | null {
  const given = ctx.mcpReq.inputResponses?.[key];
  return isRecord(given) ? given : null;
}

/** What a person filled in, when they did. */
function content(ctx: ServerContext, key: string): Readonly<Record<string, unknown>> | null {
  const given = response(ctx, key);
  const filled = given?.["action"] === "accept" ? given["content"] : null;
  return isRecord(filled) ? filled : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
