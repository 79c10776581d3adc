import { existsSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { callFolder } from "./call.testing.ts";
import { GREETER, MEASURE } from "./plan-files.testing.ts";
import { run } from "./trust.ts";

const FILES = { "PLAN.md": GREETER, "measure.sh": MEASURE };
const AGENT = 'name: writer\nversion: "1"\ncapabilities: [writer]\ncommand: sh agents/writer.sh\nworkspace: shared\n';

describe("holdpoint trust", () => {
  it("lists the commands of checks and agents with the scripts they name, and how to agree", async () => {
    const folder = callFolder({ ...FILES, "agents/writer.yaml": AGENT, "agents/writer.sh": "true\n" });
    const { code, out } = await folder.call(run, ["PLAN.md"]);
    expect(code).toBe(0);
    expect(out).toContain("unknown  sh measure.sh   (with measure.sh)\n");
    expect(out).toMatch(
      /^unknown {2}sh agents\/writer\.sh # agent writer, manifest [0-9a-f]{12} {3}\(with agents\/writer\.sh\)$/m,
    );
    expect(out).toContain("To agree to these as they are now: holdpoint trust PLAN.md --yes");
    expect(existsSync(folder.path(".holdpoint"))).toBe(false);
  });

  it("remembers the consent with --yes, and notices a changed script", async () => {
    const folder = callFolder(FILES);
    const agreed = await folder.call(run, ["PLAN.md"], { yes: true });
    expect(agreed.code).toBe(0);
    expect(agreed.out).toContain("trusted  sh measure.sh");
    expect(agreed.out).toContain("Remembered in .holdpoint/trust.yaml.");
    expect((await folder.call(run, ["PLAN.md"])).out).toContain(
      "You agreed to all of these. To take it back: holdpoint trust PLAN.md --revoke",
    );
    folder.write("measure.sh", "echo greeting_length=99\n");
    const changed = await folder.call(run, ["PLAN.md"]);
    expect(changed.out).toContain("changed  sh measure.sh");
    expect(changed.out).toContain("--yes");
  });

  it("is of a folder of agents too, beside that of the folder's plan", async () => {
    const folder = callFolder({ ...FILES, "agents/writer.yaml": AGENT, "agents/writer.sh": "true\n" });
    expect((await folder.call(run, ["agents"])).out).toMatch(/^unknown {2}sh agents\/writer\.sh # agent writer/m);
    expect((await folder.call(run, ["agents"], { yes: true })).out).toContain(
      "Remembered in .holdpoint/trust-agents.yaml.",
    );
    expect((await folder.call(run, ["PLAN.md"])).out).toContain("unknown  sh measure.sh");
    folder.write("agents/writer.yaml", AGENT.replace("[writer]", "[writer, editor]"));
    expect((await folder.call(run, ["agents"])).out).toMatch(/^changed {2}sh agents\/writer\.sh # agent writer/m);
    await folder.call(run, ["PLAN.md"], { yes: true });
    expect((await folder.call(run, ["agents"])).out).toMatch(/^trusted {2}sh agents\/writer\.sh/m);
  });

  it("names what the plan still grants when the consent to a folder of agents is taken back", async () => {
    const folder = callFolder({ ...FILES, "agents/writer.yaml": AGENT, "agents/writer.sh": "true\n" });
    const revoke = async (name: string): Promise<string> => (await folder.call(run, [name], { revoke: true })).out;
    await folder.call(run, ["agents"], { yes: true });
    await folder.call(run, ["PLAN.md"], { yes: true });
    const left =
      /^What you agreed to for PLAN\.md still counts:\n {2}sh agents\/writer\.sh # agent writer, .*\nTo take that back too: holdpoint trust PLAN\.md --revoke\n$/m;
    const first = await revoke("agents");
    expect(first).toMatch(/^What you agreed to for agents is taken back\.\n/);
    expect(first).toMatch(left);
    expect((await folder.call(run, ["agents"])).out).toMatch(/^trusted {2}sh agents\/writer\.sh/m);
    const again = await revoke("agents");
    expect(again).toMatch(/^You agreed to nothing for agents alone\.\n/);
    expect(again).toMatch(left);
    expect(JSON.parse((await folder.call(run, ["agents"], { revoke: true, json: true })).out)).toMatchObject({
      revoked: false,
      left: { plan: "PLAN.md", commands: [expect.stringContaining("sh agents/writer.sh")] },
    });
    folder.write("agents/writer.yaml", "nonsense");
    expect(await revoke("agents")).toContain(
      "What you agreed to for PLAN.md may still count; the manifests cannot be read.\n",
    );
    await revoke("PLAN.md");
    expect(await revoke("agents")).toBe("Nothing of agents was trusted.\n");
  });

  it("says that nothing of a folder of agents is trusted any more when no plan grants it either", async () => {
    const folder = callFolder({ ...FILES, "agents/writer.yaml": AGENT, "agents/writer.sh": "true\n" });
    await folder.call(run, ["PLAN.md"], { yes: true });
    folder.write("agents/writer.sh", "false\n");
    await folder.call(run, ["agents"], { yes: true });
    expect((await folder.call(run, ["agents"], { revoke: true })).out).toBe("Nothing of agents is trusted any more.\n");
  });

  it("pins the scripts of a folder of agents where their commands run", async () => {
    const folder = callFolder({ "fleet/writer.yaml": AGENT, "work/agents/writer.sh": "true\n" });
    const agreed = await folder.call(run, ["fleet"], { yes: true, dir: "work" });
    expect(agreed.out).toMatch(/^Remembered in work\/\.holdpoint\/trust-agents-[0-9a-f]{12}\.yaml\./m);
    expect((await folder.call(run, ["fleet"], { dir: "work" })).out).toContain(
      "To take it back: holdpoint trust fleet --dir work --revoke\n",
    );
    folder.write("work/agents/writer.sh", "false\n");
    const { out } = await folder.call(run, ["fleet"], { dir: "work" });
    expect(out).toMatch(/^changed {2}sh agents\/writer\.sh/m);
    expect(out).toContain("holdpoint trust fleet --dir work --yes\n");
  });

  it("keeps the consents to several folders of agents whose commands run in one folder", async () => {
    const folder = callFolder({
      "one/agents/writer.yaml": AGENT,
      "two/agents/writer.yaml": AGENT.replace("writer]", "editor]"),
      "work/agents/writer.sh": "true\n",
      "work/agents/writer.yaml": AGENT.replace("writer]", "reader]"),
    });
    const calls = [
      ["one/agents", { dir: "work" }],
      ["two/agents", { dir: "work" }],
      ["work/agents", {}],
    ] as const;
    for (const [name, options] of calls) await folder.call(run, [name], { ...options, yes: true });
    for (const [name, options] of calls) {
      const { code, out } = await folder.call(run, [name], options);
      expect([code, out]).toEqual([0, expect.stringMatching(/^trusted {2}sh agents\/writer\.sh/)]);
    }
  });

  it("forgets the consent with --revoke, also when the plan cannot be read any more", async () => {
    const folder = callFolder(FILES);
    await folder.call(run, ["PLAN.md"], { yes: true });
    folder.write("PLAN.md", "");
    expect(await folder.call(run, ["PLAN.md"], { revoke: true })).toMatchObject({
      code: 0,
      out: "Nothing of PLAN.md is trusted any more.\n",
    });
    expect(await folder.call(run, ["PLAN.md"], { revoke: true })).toMatchObject({
      code: 0,
      out: "Nothing of PLAN.md was trusted.\n",
    });
  });

  it.each([
    [{}, "holdpoint/trust-list/v1"],
    [{ yes: true }, "holdpoint/trust-list/v1"],
    [{ revoke: true }, "holdpoint/trust-revoked/v1"],
  ])("prints exactly one object with --json and %j", async (options, schema) => {
    const { out, err } = await callFolder(FILES).call(run, ["PLAN.md"], { ...options, json: true });
    expect(err).toBe("");
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({ schema, plan: "PLAN.md" });
  });

  it("says so when the plan names no commands", async () => {
    expect((await callFolder({ "PLAN.md": "# A\n" }).call(run, ["PLAN.md"])).out).toContain("nothing to agree to");
  });

  it("shows what would run although the trust file is another's, grants nothing, and ends with 2", async () => {
    const folder = callFolder(FILES);
    await folder.call(run, ["PLAN.md"], { yes: true }, { XDG_CONFIG_HOME: folder.path("other") });
    const { code, out, err } = await folder.call(run, ["PLAN.md"]);
    expect(code).toBe(2);
    expect(out).toContain("unknown  sh measure.sh");
    expect(err).toContain("HP2101");
    expect(err).toContain("holdpoint trust");
    expect(err).toContain("--yes");
    const object: unknown = JSON.parse((await folder.call(run, ["PLAN.md"], { json: true })).out);
    expect(object).toMatchObject({ commands: [{ consent: "unknown" }], problems: [{ code: "HP2101" }] });
    expect((await folder.call(run, ["PLAN.md"], { yes: true })).code).toBe(0);
  });

  it("says where the key is and what to do when the consent cannot be sealed", async () => {
    const folder = callFolder(FILES);
    writeFileSync(folder.home, "");
    const { code, err } = await folder.call(run, ["PLAN.md"], { yes: true });
    expect(code).toBe(69);
    expect(err).toContain("HP2103");
    expect(err).toContain(folder.home);
    expect(err).toContain("XDG_CONFIG_HOME");
    expect(existsSync(folder.path(".holdpoint"))).toBe(false);
  });

  it("is refused inside an attempt", async () => {
    const { code, err } = await callFolder(FILES).call(run, ["PLAN.md"], { yes: true }, { HOLDPOINT_TASK: "GR-2" });
    expect(code).toBe(64);
    expect(err).toContain("HP8013");
  });
});
