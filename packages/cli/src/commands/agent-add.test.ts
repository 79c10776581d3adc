import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { loadAgents } from "@holdpoint/agent";
import { describe, expect, it } from "vitest";
import { run } from "./agent-add.ts";
import { type CallFolder, callFolder } from "./call.testing.ts";

function check(folder: CallFolder, script: string): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(process.execPath, [script, "--check"], { cwd: folder.dir, encoding: "utf8" });
}

describe("holdpoint agent add", () => {
  it("copies an agent that works where it is put, without its tests", async () => {
    const folder = callFolder({ "src/a.js": "// TODO\n" });
    const { code, out } = await folder.call(run, ["todo-count"]);
    expect([code, out]).toEqual([0, "Wrote 7 files; who does what is in agents/todo-count.yaml.\n"]);
    const [agent] = await loadAgents(folder.path("agents"));
    expect(agent).toMatchObject({ name: "todo-count", command: "node agents/todo-count/todo-count.mjs" });
    const { status, stdout } = check(folder, "agents/todo-count/todo-count.mjs");
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^todo_count=\d+$/m)]);
    const json = await folder.call(run, ["todo-count"], { json: true });
    expect(json.out).not.toContain(".test");
  });

  it("copies several at once, with folders below theirs", async () => {
    const folder = callFolder();
    await folder.call(run, ["ai-coder", "secret-scan", "ai-coder"]);
    expect((await loadAgents(folder.path("agents"))).map(({ name }) => name)).toEqual(["ai-coder", "secret-scan"]);
    expect(readFileSync(folder.path("agents/ai-coder/roles/tester.md"), "utf8")).toContain("You are the tester");
  });

  it("writes the folder that it is given into the manifest", async () => {
    const folder = callFolder();
    const { out } = await folder.call(run, ["todo-count"], { to: "ops/fleet/" });
    expect(out).toContain("--agents ops/fleet");
    const [agent] = await loadAgents(folder.path("ops/fleet"));
    expect(agent).toMatchObject({
      command: "node ops/fleet/todo-count/todo-count.mjs",
      health: "node ops/fleet/todo-count/todo-count.mjs --health",
    });
    expect(check(folder, "ops/fleet/todo-count/todo-count.mjs").status).toBe(0);
  });

  it("does nothing the second time, and writes what is missing again", async () => {
    const folder = callFolder();
    await folder.call(run, ["todo-count"]);
    expect((await folder.call(run, ["todo-count"])).out).toContain("Nothing to do");
    rmSync(folder.path("agents/todo-count.yaml"));
    const { out } = await folder.call(run, ["todo-count"], { json: true });
    const { files } = JSON.parse(out) as { readonly files: readonly { readonly state: string }[] };
    expect(files.filter(({ state }) => state === "written")).toEqual([
      { path: "agents/todo-count.yaml", state: "written" },
    ]);
  });

  it("leaves everything as it is when a file was changed", async () => {
    const folder = callFolder();
    await folder.call(run, ["todo-count"]);
    folder.write("agents/todo-count.yaml", "name: mine\n");
    rmSync(folder.path("agents/shared/run.mjs"));
    const { code, err } = await folder.call(run, ["todo-count"]);
    expect([code, err]).toEqual([64, expect.stringContaining("HP8060")]);
    expect(err).toContain("agents/todo-count.yaml");
    expect(readFileSync(folder.path("agents/todo-count.yaml"), "utf8")).toBe("name: mine\n");
    expect(() => readFileSync(folder.path("agents/shared/run.mjs"))).toThrow("ENOENT");
  });

  it("takes a folder in the place of a file for something else", async () => {
    const folder = callFolder();
    mkdirSync(folder.path("agents/todo-count.yaml"), { recursive: true });
    expect((await folder.call(run, ["todo-count"])).err).toContain("HP8060");
  });

  it("lists the agents with their categories", async () => {
    const { code, out } = await callFolder().call(run, [], { list: true });
    expect(code).toBe(0);
    expect(out).toMatch(/^secret-scan +security +Looks for credentials/m);
    const json = await callFolder().call(run, [], { list: true, json: true });
    expect(JSON.parse(json.out)).toMatchObject({
      schema: "holdpoint/first-party-agents/v1",
      agents: expect.arrayContaining([expect.objectContaining({ name: "ai-coder", category: "ai" })]) as unknown,
    });
  });

  it.each([
    [[], {}, "HP8010"],
    [["no-such-agent"], {}, "HP8012"],
    [["shared"], {}, "HP8012"],
    [["todo-count"], { to: "/etc" }, "HP8012"],
    [["todo-count"], { to: "../elsewhere" }, "HP8012"],
    [["todo-count"], { to: "." }, "HP8012"],
    [["todo-count"], { to: "my agents" }, "HP8012"],
  ])("refuses %j with %j", async (args, options, says) => {
    const { code, err } = await callFolder().call(run, args, options);
    expect([code, err]).toEqual([64, expect.stringContaining(says)]);
  });

  it("is refused inside an attempt", async () => {
    const { code, err } = await callFolder().call(run, ["todo-count"], {}, { HOLDPOINT_TASK: "T-1" });
    expect([code, err]).toEqual([64, expect.stringContaining("HP8013")]);
  });
});
