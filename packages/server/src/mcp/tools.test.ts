import type { Scope } from "@holdpoint/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, REVISIONS, startTestPlane, type TestPlane, tokensOf } from "./mcp.testing.ts";
import { TOOLS, toolsFor } from "./tools.ts";
import { compactSchema } from "./wire-schema.ts";

let plane: TestPlane;

beforeAll(async () => {
  plane = await startTestPlane();
});

afterAll(async () => {
  await plane.stop();
});

async function listed(
  scopes: string,
  revision: string,
): Promise<{ names: readonly string[]; tokens: number; list: unknown }> {
  const session = await connect(plane.url, `acme:${scopes}`, revision);
  const { tools } = await session.client.listTools();
  await session.close();
  return { names: tools.map(({ name }) => name), tokens: tokensOf({ tools }), list: tools };
}

const everything = { offers: (): boolean => true };

/** As `tools/list` shows them on a server that implements every operation. */
function shown(scope: Scope): unknown {
  const tools = toolsFor(new Set([scope]), everything).map(({ name, description, input, output, hints }) => ({
    name,
    description,
    inputSchema: compactSchema(input, "input"),
    outputSchema: compactSchema(output, "output"),
    annotations: hints,
  }));
  return { tools };
}

describe("the list of tools", () => {
  test("of a worker has at most 10 tools and 2,000 tokens, all that it will ever offer counted", () => {
    expect(toolsFor(new Set<Scope>(["work"]), everything).length).toBeLessThanOrEqual(10);
    expect(tokensOf(shown("work"))).toBeLessThanOrEqual(2_000);
  });

  test.each(["plan", "operate", "read"] as const)("of the scope %s stays as small", (scope) => {
    expect(tokensOf(shown(scope))).toBeLessThanOrEqual(2_000);
  });

  test.each(REVISIONS)("is as small on the wire of %s, and always in the same order", async (revision) => {
    const once = await listed("work", revision);
    expect(once.tokens).toBeLessThanOrEqual(2_000);
    expect(once.names.slice(0, 2)).toEqual(["work_next", "work_get"]);
    expect((await listed("work", revision)).list).toEqual(once.list);
  });

  test("follows the scopes of the token", async () => {
    const worker = await listed("work", REVISIONS[0]);
    const planner = await listed("plan", REVISIONS[0]);
    const reader = await listed("read", REVISIONS[0]);
    expect(worker.names).toContain("work_finish");
    expect(worker.names).not.toContain("plan_import");
    expect(planner.names).toContain("plan_import");
    expect(planner.names).not.toContain("work_next");
    const writes = TOOLS.filter(({ hints }) => hints.readOnlyHint !== true).map(({ name }) => name);
    expect(reader.names.filter((name) => writes.includes(name))).toEqual([]);
    const both = await listed("admin", REVISIONS[0]);
    expect(both.names).toEqual(expect.arrayContaining([...worker.names, ...planner.names, ...reader.names]));
  });

  test("does not let a token call a tool that it does not open", async () => {
    const planner = await connect(plane.url, "acme:plan");
    await expect(planner.call("work_next")).rejects.toThrow(/work_next/);
    await planner.close();
  });

  test("has no tool that signs, waives or sets a verdict", () => {
    const forbidden = ["signGate", "waiveGate", "judge", "accept", "settle", "verdict"];
    const called = TOOLS.flatMap(({ calls }) => calls.map(({ id }) => id));
    expect(called.filter((id) => forbidden.some((word) => id.toLowerCase().includes(word.toLowerCase())))).toEqual([]);
    const inputs = TOOLS.map(({ input }) => JSON.stringify(compactSchema(input, "input")));
    expect(inputs.filter((input) => /"(verdict|passed|verified|accepted|state)"/.test(input))).toEqual([]);
  });

  test("names tools in snake case, once each, with hints", () => {
    const names = TOOLS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]+(_[a-z]+)+$/.test(name))).toEqual([]);
  });

  test("leaves out a tool whose operation the server does not implement", () => {
    const names = toolsFor(new Set<Scope>(["work"]), { offers: ({ id }) => id !== "blockAttempt" }).map(
      ({ name }) => name,
    );
    expect(names).not.toContain("work_block");
    expect(names).toContain("work_finish");
  });
});

describe("the input of a tool", () => {
  test("is refused when it has a key that is not known", async () => {
    const worker = await connect(plane.url, "acme:work");
    const { refused, text } = await worker.call("work_next", { passed: true });
    expect(refused).toBe(true);
    expect(text).toContain("passed");
    await worker.close();
  });

  test("is refused field by field when it does not fit the operation behind it", async () => {
    const worker = await connect(plane.url, "acme:work");
    const { data } = await worker.call("work_next", { agent: "two words" });
    expect(data).toMatchObject({ code: "HP9101", missing: [{ explanation: expect.stringContaining("agent") }] });
    await worker.close();
  });

  test("is taken as evidence only within bounds", async () => {
    const worker = await connect(plane.url, "acme:work");
    const task = "00000000-0000-7000-8000-000000000000";
    const { data } = await worker.call("evidence_submit", { task, attempt: 1 });
    expect(data).toMatchObject({ code: "HP9101", missing: [{ explanation: expect.stringContaining("evidence") }] });
    await worker.close();
  });
});
