import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentManifestSchema, parseSizeBytes } from "@holdpoint/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commandsOf } from "./agent.ts";
import { loadAgents, readAgent } from "./load-agents.ts";
import { agentTakes, offeredCapabilities, requiredCapabilities, taskWords } from "./match-agent.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdpoint-agents-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MINIMAL = "name: build\ncapabilities: [build]\ncommand: node build.mjs\n";

function write(name: string, text: string | Buffer): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe("an agent's manifest", () => {
  it("may be short, and everything else has a default", () => {
    expect(readAgent(MINIMAL, "agents/build.yaml")).toEqual({
      name: "build",
      version: null,
      capabilities: ["build"],
      labels: {},
      command: "node build.mjs",
      workspace: "worktree",
      link: [],
      writes: [],
      env: [],
      limits: {
        wallMs: 600_000,
        memoryBytes: Infinity,
        cpuMs: Infinity,
        processes: Infinity,
        cpus: Infinity,
        outputBytes: 268_435_456,
      },
      concurrency: 1,
      backoff: { firstMs: 1000, longestMs: 60_000 },
      health: null,
      file: "agents/build.yaml",
    });
  });

  it("may say everything", () => {
    const text = `name: build
version: "2"
description: Builds.
capabilities: [build, docs]
labels: { room: north }
argv: [node, build.mjs, --fast]
workspace: shared
link: [node_modules]
writes: [~/.config/tool]
env: [BUILD_PROFILE]
limits: { timeout: 1.5h, memory: 1GiB, cpu: 90s, processes: 8, cpus: 1.5, output: 2MB }
concurrency: 3
backoff: { first: 10ms, longest: 2s }
health: node build.mjs --check
`;
    const agent = readAgent(text, "a.yaml");
    expect(agent).toMatchObject({
      command: ["node", "build.mjs", "--fast"],
      workspace: "shared",
      limits: {
        wallMs: 5_400_000,
        memoryBytes: 2 ** 30,
        cpuMs: 90_000,
        processes: 8,
        cpus: 1.5,
        outputBytes: 2_000_000,
      },
      backoff: { firstMs: 10, longestMs: 2000 },
    });
    expect(commandsOf(agent)).toEqual(['["node","build.mjs","--fast"]', "node build.mjs --check"]);
  });

  it.each([
    ["no YAML", "name: [", "HP7102", 1, undefined],
    ["not a mapping", "- a\n", "HP7103", 1, undefined],
    ["aliases", `${MINIMAL}labels: &a { x: y }\nbackoff: *a\n`, "HP7102", 1, undefined],
    ["a key twice", `${MINIMAL}name: other\n`, "HP7102", 4, undefined],
    ["a key that is not known", `${MINIMAL}timeout: 5min\n`, "HP7104", 4, "timeout"],
    ["a limit that is not known", `${MINIMAL}limits:\n  memry: 5GiB\n`, "HP7104", 5, "limits.memry"],
    ["no name", "capabilities: [a]\ncommand: x\n", "HP7103", 1, "name"],
    ["no command", "name: a\ncapabilities: [a]\n", "HP7103", 1, "command"],
    ["command and argv", `${MINIMAL}argv: [x]\n`, "HP7103", 3, "command"],
    ["a name with a slash", MINIMAL.replace("name: build", "name: a/b"), "HP7103", 1, "name"],
    ["no capability", MINIMAL.replace("[build]", "[]"), "HP7103", 2, "capabilities"],
    ["a limit without unit", `${MINIMAL}limits: { memory: 512 }\n`, "HP7103", 4, "limits.memory"],
    ["a limit of nothing", `${MINIMAL}limits: { output: 0B }\n`, "HP7103", 4, "limits.output"],
    ["a link that leads out", `${MINIMAL}link: [../x]\n`, "HP7103", 4, "link[0]"],
    ["a relative folder to write", `${MINIMAL}writes: [x]\n`, "HP7103", 4, "writes[0]"],
    ["no attempts at all", `${MINIMAL}concurrency: 0\n`, "HP7103", 4, "concurrency"],
  ])("with %s is refused with its place", (_, text, code, line, field) => {
    const place = field === undefined ? { file: "a.yaml", line } : { file: "a.yaml", line, field };
    expect(() => readAgent(text, "a.yaml")).toThrow(
      expect.objectContaining({ code, place, definition: expect.objectContaining({ exit: 65 }) }),
    );
  });

  it("knows its sizes", () => {
    expect(["1B", "1.5KiB", "2KB", "1GB", "0B", "5", "1TB", "9999999999GiB"].map(parseSizeBytes)).toEqual([
      1,
      1536,
      2000,
      1e9,
      null,
      null,
      null,
      null,
    ]);
    expect(agentManifestSchema.safeParse({}).success).toBe(false);
  });
});

describe("the manifests of a folder", () => {
  it("are read in order of their names, other files are passed over", async () => {
    write("b.yml", MINIMAL.replace("name: build", "name: two"));
    write("a.yaml", MINIMAL);
    write("build.mjs", "");
    expect((await loadAgents(folder)).map(({ name }) => name)).toEqual(["build", "two"]);
  });

  it("are none when there is no such folder", async () => {
    expect(await loadAgents(join(folder, "missing"))).toEqual([]);
  });

  it("with one name twice are refused", async () => {
    const [first, second] = [write("a.yaml", MINIMAL), write("b.yaml", MINIMAL)];
    await expect(loadAgents(folder)).rejects.toMatchObject({
      code: "HP7105",
      params: { name: "build", first, second },
    });
  });

  it.each([
    ["too large", () => write("a.yaml", `# ${"x".repeat(300_000)}\n${MINIMAL}`)],
    ["not UTF-8", () => write("a.yaml", Buffer.from([0x6e, 0xff, 0xfe]))],
    ["a folder", () => mkdirSync(join(folder, "a.yaml"))],
  ])("that are %s are refused", async (_, make) => {
    make();
    await expect(loadAgents(folder)).rejects.toMatchObject({ code: "HP7101", place: { file: join(folder, "a.yaml") } });
  });

  it("cannot be read from a file", async () => {
    await expect(loadAgents(write("x", ""))).rejects.toMatchObject({ code: "HP7101" });
  });

  it.runIf(process.getuid?.() !== 0)("that may not be read are refused", async () => {
    chmodSync(write("a.yaml", MINIMAL), 0);
    await expect(loadAgents(folder)).rejects.toMatchObject({ code: "HP7101" });
  });
});

describe("matching", () => {
  const task = { id: "SEC-001", kind: "task", owners: ["@Review Team"], team: "Platform" } as const;
  const agent = (name: string, ...capabilities: string[]) => ({ name, capabilities });

  it("goes by owners, team, id, the id's stem and kind", () => {
    expect(taskWords(task)).toEqual(["review-team", "platform", "sec-001", "sec", "task"]);
  });

  it.each([
    [agent("review-team", "x"), true],
    [agent("a", "SEC"), true],
    [agent("a", "sec-001"), true],
    [agent("a", "any"), true],
    [agent("a", "security"), false],
  ])("%j: %s", (candidate, takes) => {
    expect(agentTakes(candidate, task)).toBe(takes);
  });

  it("asks for the most telling word that someone answers to", () => {
    expect(requiredCapabilities(task, [agent("a", "task"), agent("b", "platform")])).toEqual(["platform"]);
  });

  it("falls to those who take any, and else waits for the owner", () => {
    expect(requiredCapabilities(task, [agent("a", "any")])).toEqual(["any"]);
    expect(requiredCapabilities(task, [agent("a", "build")])).toEqual(["review-team"]);
    expect(requiredCapabilities({ id: null, kind: "step", owners: [], team: null }, [])).toEqual(["step"]);
  });

  it("lets one who takes any claim what is asked of others", () => {
    const fleet = [agent("a", "any"), agent("b", "Build")];
    expect(offeredCapabilities(agent("a", "any"), fleet)).toEqual(["a", "any", "b", "build"]);
    expect(offeredCapabilities(agent("b", "Build"), fleet)).toEqual(["b", "build"]);
  });

  it("offers each label as a capability, unless its value is no word", () => {
    const labelled = { ...agent("b", "build"), labels: { OS: "Linux", zone: "eu 1", note: "(see README)", empty: "" } };
    expect(offeredCapabilities(labelled, [labelled])).toEqual(["b", "build", "empty:", "os:linux", "zone:eu-1"]);
    const asksForLinux = { id: null, kind: "step" as const, owners: ["os:linux"], team: null };
    expect(requiredCapabilities(asksForLinux, [agent("a", "any"), labelled])).toEqual(["os:linux"]);
  });
});
