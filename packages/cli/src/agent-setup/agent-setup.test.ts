import { lstatSync, readFileSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { callFolder } from "../commands/call.testing.ts";
import { run as init } from "../commands/init.ts";
import { run as mcp } from "../commands/mcp.ts";
import { findServer } from "../connect/find-server.ts";
import { BLOCK_BEGIN, BLOCK_END, withBlock } from "./managed-block.ts";
import { withMcpEntry } from "./mcp-config.ts";

const ENTRY = { command: "holdpoint", args: ["mcp"] };

describe("finding the server", () => {
  test("takes the address and the token of the environment first", () => {
    const folder = callFolder({ ".holdpoint/server.json": '{"url":"http://127.0.0.1:1","token":"of the file"}' });
    const env = { HOLDPOINT_URL: "https://hold.example/base/", HOLDPOINT_TOKEN: "mine" };
    expect(findServer(env, folder.dir, "x")).toEqual({ url: "https://hold.example/base", token: "mine" });
  });

  test("does not send the file's token to an address of the environment", () => {
    const folder = callFolder({ ".holdpoint/server.json": '{"url":"http://127.0.0.1:1","token":"of the file"}' });
    const env = { HOLDPOINT_URL: "https://elsewhere.example" };
    expect(findServer(env, folder.dir, "x")).toEqual({ url: "https://elsewhere.example", token: null });
  });

  test("looks in the folders above", () => {
    const folder = callFolder({ ".holdpoint/server.json": '{"url":"http://127.0.0.1:5005","token":"t"}', "a/b/c": "" });
    expect(findServer({}, folder.path("a/b"), "x")).toEqual({ url: "http://127.0.0.1:5005", token: "t" });
  });

  test.each([
    ["{", "it is not JSON"],
    ["{}", "it needs `url`"],
    ['{"url":"file:///etc/passwd"}', "no http or https"],
    ['{"url":"nothing"}', "no http or https"],
  ])("refuses a file that says %s", (content, why) => {
    const folder = callFolder({ ".holdpoint/server.json": content });
    expect(() => findServer({}, folder.dir, "x")).toThrow(expect.objectContaining({ code: "HP9322" }));
    expect(() => findServer({}, folder.dir, "x")).toThrow(why);
  });

  test("says what to do when there is none", async () => {
    const { code, err } = await callFolder().call(mcp, []);
    expect(code).toBe(69);
    expect(err).toContain("HP9321");
    expect(err).toContain("holdpoint up");
  });

  test("says that a server does not answer", async () => {
    const { code, err } = await callFolder().call(mcp, [], { check: true }, { HOLDPOINT_URL: "http://127.0.0.1:1" });
    expect(code).toBe(69);
    expect(err).toContain("HP9323");
  });
});

describe("holdpoint init", () => {
  test("writes both files, and changes nothing when it is called again", async () => {
    const folder = callFolder();
    const first = await folder.call(init, [], { json: true });
    expect(JSON.parse(first.out)).toMatchObject({
      schema: "holdpoint/init/v1",
      files: [
        { file: ".mcp.json", change: "created" },
        { file: "AGENTS.md", change: "created" },
      ],
    });
    expect(JSON.parse(readFileSync(folder.path(".mcp.json"), "utf8"))).toEqual({ mcpServers: { holdpoint: ENTRY } });
    const text = readFileSync(folder.path("AGENTS.md"), "utf8");
    expect(text.startsWith(`${BLOCK_BEGIN}\n`) && text.endsWith(`${BLOCK_END}\n`)).toBe(true);
    const again = await folder.call(init, []);
    expect(again.out).toContain(".mcp.json: unchanged\nAGENTS.md: unchanged\n");
    expect(readFileSync(folder.path("AGENTS.md"), "utf8")).toBe(text);
  });

  test("shows what it would do, and does nothing, with --dry-run", async () => {
    const folder = callFolder({ "AGENTS.md": "# Ours\n" });
    const { out } = await folder.call(init, [], { dryRun: true });
    expect(out).toContain("AGENTS.md: would be updated");
    expect(out).toContain(BLOCK_BEGIN);
    expect(readFileSync(folder.path("AGENTS.md"), "utf8")).toBe("# Ours\n");
    expect(() => readFileSync(folder.path(".mcp.json"))).toThrow("ENOENT");
  });

  test("writes neither file when one cannot be edited", async () => {
    const folder = callFolder({ "AGENTS.md": `${BLOCK_BEGIN}\nno end\n` });
    const { code, err } = await folder.call(init, []);
    expect(code).toBe(65);
    expect(err).toContain("HP9325");
    expect(() => readFileSync(folder.path(".mcp.json"))).toThrow("ENOENT");
  });

  test("writes through a link", async () => {
    const folder = callFolder({ "CLAUDE.md": "# Ours\n" });
    symlinkSync("CLAUDE.md", folder.path("AGENTS.md"));
    await folder.call(init, []);
    expect(lstatSync(folder.path("AGENTS.md")).isSymbolicLink()).toBe(true);
    expect(readFileSync(folder.path("CLAUDE.md"), "utf8")).toContain(BLOCK_END);
  });

  test("says which file cannot be read", async () => {
    const folder = callFolder({ "AGENTS.md/in-the-way": "" });
    const { code, err } = await folder.call(init, []);
    expect(code).toBe(65);
    expect(err).toContain("HP9327");
  });
});

describe("the managed block", () => {
  const before = Buffer.from([
    0xef,
    0xbb,
    0xbf,
    ...Buffer.from("# Ours\r\n\r\nText "),
    0xff,
    0xfe,
    ...Buffer.from("\r\n"),
  ]);

  test("is put at the end, with the file's own line ends, and all else stays byte for byte", () => {
    const after = withBlock(before, "one\ntwo\n", "A");
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    expect(after.subarray(before.length).toString("utf8")).toBe(`\r\n${BLOCK_BEGIN}\r\none\r\ntwo\r\n${BLOCK_END}\r\n`);
    expect(withBlock(after, "one\ntwo\n", "A").equals(after)).toBe(true);
  });

  test("is changed in its place", () => {
    const more = Buffer.concat([withBlock(before, "old", "A"), Buffer.from("and after, without an end of line")]);
    const after = withBlock(more, "new", "A");
    expect(after.toString("latin1")).toBe(more.toString("latin1").replace("\r\nold\r\n", "\r\nnew\r\n"));
  });

  test("is recognised when a later version wrote more into its first mark", () => {
    const later = Buffer.from(`a\n<!-- holdpoint:begin v9 -->\nold\n${BLOCK_END}\nb\n`);
    expect(withBlock(later, "new", "A").toString()).toBe(`a\n${BLOCK_BEGIN}\nnew\n${BLOCK_END}\nb\n`);
  });

  test.each([
    ["no end", `${BLOCK_BEGIN}\n`],
    ["no beginning", `${BLOCK_END}\n`],
    ["two blocks", `${BLOCK_BEGIN}\n${BLOCK_END}\n${BLOCK_BEGIN}\n${BLOCK_END}\n`],
    ["its marks the other way round", `${BLOCK_END}\n${BLOCK_BEGIN}\n`],
  ])("is refused when it has %s", (_, text) => {
    expect(() => withBlock(Buffer.from(text), "new", "A")).toThrow(expect.objectContaining({ code: "HP9325" }));
  });
});

describe("the entry in .mcp.json", () => {
  test.each([
    ["an empty object", "{}"],
    ["other settings", '{\n  "theme": "dark",\n  "list": [1,   2]\n}\n'],
    ["no servers", '{\n\t"mcpServers": {}\n}\n'],
    [
      "other servers",
      '{\n    "mcpServers": {\n        "files": {"command": "files", "args": ["{", "\\"}"]}\n    },\n    "x": 1\n}',
    ],
    ["a name that is repeated deeper", '{"a": {"mcpServers": {"b": 1}}, "mcpServers": {"c": {}}}'],
    ["windows line ends", '{\r\n  "mcpServers": {\r\n    "files": {}\r\n  }\r\n}\r\n'],
  ])("is added to %s, and all else stays as it was", (_, before) => {
    const after = withMcpEntry(before, ENTRY, "f");
    const old: Record<string, unknown> = JSON.parse(before);
    expect(JSON.parse(after)).toEqual({ ...old, mcpServers: { ...Object(old["mcpServers"]), holdpoint: ENTRY } });
    // One piece was put in, and nothing else touched; only blanks between the braces of an empty object may go.
    let same = 0;
    while (before[same] === after[same]) same += 1;
    expect(after.endsWith(before.slice(same).trimStart())).toBe(true);
    expect(withMcpEntry(after, ENTRY, "f")).toBe(after);
  });

  test("stays as somebody changed it", () => {
    const own = '{"mcpServers":{"holdpoint":{"command":"/opt/holdpoint","args":["mcp"]}}}';
    expect(withMcpEntry(own, ENTRY, "f")).toBe(own);
  });

  test.each(["[]", "no JSON", '{"mcpServers": []}', '// note\n{"mcpServers": {}}'])("is refused in %s", (before) => {
    expect(() => withMcpEntry(before, ENTRY, "f")).toThrow(expect.objectContaining({ code: "HP9326" }));
  });
});
