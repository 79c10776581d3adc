import { type McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import { z } from "zod";
import { registerAsking } from "./asking-fixtures.ts";

/** A picture of one pixel, PNG. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==";
/** A recording without a sample, WAV. */
const SILENCE = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

/**
 * What the conformance suite looks for on a server: tools, resources and prompts of its own names. They are mounted on
 * the handler that production uses, by this test only.
 */
export function registerFixtures(server: McpServer): void {
  server.server.registerCapabilities({
    logging: {},
    completions: {},
    resources: { subscribe: true },
    prompts: { listChanged: false },
  });
  registerContents(server);
  registerTelling(server);
  registerAsking(server);
  registerResources(server);
  registerPrompts(server);
  server.server.setRequestHandler("completion/complete", () => ({
    completion: { values: [], total: 0, hasMore: false },
  }));
}

function registerContents(server: McpServer): void {
  const answers = {
    test_simple_text: [{ type: "text", text: "This is a simple text response for testing." }],
    test_image_content: [{ type: "image", data: PIXEL, mimeType: "image/png" }],
    test_audio_content: [{ type: "audio", data: SILENCE, mimeType: "audio/wav" }],
    test_embedded_resource: [
      {
        type: "resource",
        resource: {
          uri: "test://embedded-resource",
          mimeType: "text/plain",
          text: "This is an embedded resource content.",
        },
      },
    ],
    test_multiple_content_types: [
      { type: "text", text: "Multiple content types test:" },
      { type: "image", data: PIXEL, mimeType: "image/png" },
      {
        type: "resource",
        resource: {
          uri: "test://mixed-content-resource",
          mimeType: "application/json",
          text: JSON.stringify({ test: "data", value: 123 }),
        },
      },
    ],
  } as const;
  for (const [name, content] of Object.entries(answers)) {
    server.registerTool(name, { description: "Answers with fixed content." }, () => ({ content: [...content] }));
  }
  server.registerTool("test_error_handling", { description: "Fails." }, () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
}

function registerTelling(server: McpServer): void {
  server.registerTool("test_tool_with_logging", { description: "Logs three times." }, async (ctx) => {
    for (const data of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
      await ctx.mcpReq.notify({ method: "notifications/message", params: { level: "info", data } });
      await pause();
    }
    return { content: [{ type: "text", text: "logged" }] };
  });
  server.registerTool("test_logging_tool", { description: "Logs if the request asks for it." }, async (ctx) => {
    await ctx.mcpReq.log("info", "asked for");
    return { content: [{ type: "text", text: "logged" }] };
  });
  server.registerTool("test_tool_with_progress", { description: "Tells of its progress." }, async (ctx) => {
    const progressToken = ctx.mcpReq["_meta"]?.progressToken ?? 0;
    for (const progress of [0, 50, 100]) {
      await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, total: 100 } });
      await pause();
    }
    return { content: [{ type: "text", text: String(progressToken) }] };
  });
}

function registerResources(server: McpServer): void {
  const cacheHint = { ttlMs: 1_000, cacheScope: "private" } as const;
  server.registerResource("static-text", "test://static-text", { mimeType: "text/plain", cacheHint }, ({ href }) => ({
    contents: [{ uri: href, mimeType: "text/plain", text: "This is the content of the static text resource." }],
  }));
  server.registerResource(
    "static-binary",
    "test://static-binary",
    { mimeType: "image/png", cacheHint },
    ({ href }) => ({
      contents: [{ uri: href, mimeType: "image/png", blob: PIXEL }],
    }),
  );
  server.registerResource("watched", "test://watched-resource", { mimeType: "text/plain", cacheHint }, ({ href }) => ({
    contents: [{ uri: href, mimeType: "text/plain", text: "watched" }],
  }));
  server.registerResource(
    "template",
    new ResourceTemplate("test://template/{id}/data", { list: undefined }),
    { mimeType: "application/json", cacheHint },
    ({ href }, { id }) => ({
      contents: [
        {
          uri: href,
          mimeType: "application/json",
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
        },
      ],
    }),
  );
  server.server.setRequestHandler("resources/subscribe", () => ({}));
  server.server.setRequestHandler("resources/unsubscribe", () => ({}));
}

function registerPrompts(server: McpServer): void {
  const said = (text: string): { role: "user"; content: { type: "text"; text: string } } => ({
    role: "user",
    content: { type: "text", text },
  });
  server.registerPrompt("test_simple_prompt", { description: "Without arguments." }, () => ({
    messages: [said("This is a simple prompt for testing.")],
  }));
  server.registerPrompt(
    "test_prompt_with_arguments",
    { description: "With two.", argsSchema: z.object({ arg1: z.string(), arg2: z.string() }) },
    ({ arg1, arg2 }) => ({ messages: [said(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] }),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "With a resource.", argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri: uri }) => ({
      messages: [
        {
          role: "user",
          content: {
            type: "resource",
            resource: { uri, mimeType: "text/plain", text: "Embedded resource content for testing." },
          },
        },
        said("Please process the embedded resource above."),
      ],
    }),
  );
  server.registerPrompt("test_prompt_with_image", { description: "With a picture." }, () => ({
    messages: [
      { role: "user", content: { type: "image", data: PIXEL, mimeType: "image/png" } },
      said("Please analyze the image above."),
    ],
  }));
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
