import type { ProblemTable } from "@holdpoint/core";

/** What the Model Context Protocol edge refuses. */
export const mcpProblems = {
  HP9301: {
    title: "The host is not served here",
    message: "/mcp does not answer for the host {host}.",
    remedy: "Use one of the names it answers for ({hosts}), or add this one to the server's MCP hosts.",
    why: "A web page can point a name of its own at this machine and let a browser speak to the server; names that nobody configured are therefore refused (DNS rebinding).",
    exit: 64,
    retryable: false,
    http: 403,
  },
  HP9302: {
    title: "The origin is not allowed",
    message: "/mcp does not answer to pages of {origin}.",
    remedy:
      "Call it from an agent, not from a page of another site; or add the origin's host to the server's MCP hosts.",
    why: "Browsers say which page a request comes from. A page of another site has no business with agents' work.",
    exit: 64,
    retryable: false,
    http: 403,
  },
  HP9303: {
    title: "The token opens no tool",
    message: "This token has the scopes {held}; the tools need one of {wanted}.",
    remedy: "Use a token with one of these scopes: work for agents, plan for planners, operate or read for operators.",
    why: "Tools are offered by what the token allows; an empty list of tools would look like a broken server.",
    exit: 64,
    retryable: false,
    http: 403,
  },
  HP9304: {
    title: "The work was not accepted",
    message: "Task {task} is not accepted: {why}.",
    remedy: "Give what `missing` names: hand in evidence with evidence_submit, then call work_finish again.",
    why: "A task is done when its gates pass on evidence, not when its agent says so.",
    exit: 2,
    retryable: false,
  },
  HP9305: {
    title: "There is no plan yet",
    message: "{tool} needs a plan, and this tenant has none.",
    remedy: "Import one: plan_import, or POST /v1/plans.",
    why: "There is nothing that could be shown.",
    exit: 64,
    retryable: false,
    http: 404,
  },
} as const satisfies ProblemTable;
