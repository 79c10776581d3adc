import { closeSync, ftruncateSync, openSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cliFolder, type ExpectedProblem, expectNoStack, expectProblem, filesIn } from "./cli.ts";
import { aliasBomb, deepList, deepYaml } from "./yaml-bombs.ts";

const PLAN = "# Plan\n\n- [ ] Serve the café\n";

function utf16(text: string, order: "le" | "be", mark = true): Uint8Array {
  const bytes = Buffer.from(mark ? `\ufeff${text}` : text, "utf16le");
  return order === "le" ? bytes : bytes.swap16();
}

interface Case {
  readonly name: string;
  readonly file: string;
  readonly content: string | Uint8Array;
  readonly expected: ExpectedProblem;
}

const CASES: readonly Case[] = [
  {
    name: "not UTF-8",
    file: "p.md",
    content: Buffer.from(PLAN, "latin1"),
    expected: { exit: 65, code: "HP1001", line: 3, message: "0xE9" },
  },
  {
    name: "cut in the middle of a character",
    file: "p.md",
    content: Buffer.from(PLAN).subarray(0, 28),
    expected: { exit: 65, code: "HP1001", line: 3 },
  },
  {
    name: "UTF-16, little endian",
    file: "p.md",
    content: utf16(PLAN, "le"),
    expected: { exit: 65, code: "HP1005", line: 1, message: "little endian" },
  },
  {
    name: "UTF-16, big endian",
    file: "p.md",
    content: utf16(PLAN, "be"),
    expected: { exit: 65, code: "HP1005", line: 1, message: "big endian" },
  },
  {
    name: "UTF-16 without a mark",
    file: "p.md",
    content: utf16(PLAN, "le", false),
    expected: { exit: 65, code: "HP1005", line: 1 },
  },
  {
    name: "a program",
    file: "p.md",
    content: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0]),
    expected: { exit: 65, code: "HP1002", line: 1 },
  },
  {
    name: "an archive",
    file: "p.yaml",
    content: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]),
    expected: { exit: 65, code: "HP1002", line: 1 },
  },
  { name: "empty", file: "p.md", content: "", expected: { exit: 65, code: "HP1003" } },
  { name: "white space alone", file: "p.yaml", content: " \n\t\n", expected: { exit: 65, code: "HP1003" } },
  { name: "a byte order mark alone", file: "p.md", content: "\ufeff", expected: { exit: 65, code: "HP1003" } },
  { name: "YAML 1,000 deep", file: "p.yaml", content: deepYaml(1000), expected: { exit: 65, code: "HP1006" } },
  {
    name: "YAML of 100,000 open brackets",
    file: "p.yaml",
    content: `a: ${"[".repeat(100_000)}\n`,
    expected: { exit: 65, code: "HP1006", line: 1 },
  },
  {
    name: "a YAML bomb in a key that plans do not have",
    file: "p.yaml",
    content: aliasBomb(),
    expected: { exit: 65, code: "HP1008" },
  },
  {
    name: "a YAML bomb among the tasks",
    file: "p.yaml",
    content: `${aliasBomb()}tasks: *i\n`,
    expected: { exit: 65, code: "HP1008" },
  },
  {
    name: "a YAML bomb inside a fence",
    file: "p.md",
    content: `# P\n\n- [ ] T-1 x\n\n\`\`\`yaml\nquality_gates:\n${aliasBomb().replace(/^/gm, "  ").trimEnd()}\n\`\`\`\n`,
    expected: { exit: 65, code: "HP1008" },
  },
  {
    name: "a YAML bomb in the frontmatter",
    file: "p.md",
    content: `---\n${aliasBomb()}---\n# P\n\n- [ ] T-1 x\n`,
    expected: { exit: 65, code: "HP1008" },
  },
  {
    name: "an alias that names what holds it",
    file: "p.yaml",
    content: "title: P\ntasks: &t\n  - id: A\n    title: x\n    tasks: *t\n",
    expected: { exit: 65, code: "HP1008" },
  },
  {
    name: "an alias that names nothing",
    file: "p.yaml",
    content: "title: P\ntasks:\n  - id: A\n    title: x\n    status: *gone\n",
    expected: { exit: 65, code: "HP1007", line: 5 },
  },
  {
    name: "a second YAML document",
    file: "p.yaml",
    content: "title: P\ntasks:\n  - {id: A, title: x}\n---\ntitle: Q\n",
    expected: { exit: 65, code: "HP1007" },
  },
  {
    name: "a tag that asks for an object",
    file: "p.yaml",
    content: "title: P\nx: !!python/object:os.system y\n",
    expected: { exit: 65, code: "HP1010", line: 2 },
  },
  {
    name: "a key that stands twice",
    file: "p.yaml",
    content: "title: P\ntitle: Q\n",
    expected: { exit: 65, code: "HP1009", line: 2, field: "title" },
  },
  {
    name: "YAML indented with tabs",
    file: "p.yaml",
    content: "title: P\n\ttasks: []\n",
    expected: { exit: 65, code: "HP1007", line: 2 },
  },
  { name: "a single value", file: "p.yaml", content: "hello\n", expected: { exit: 65, code: "HP1011" } },
  { name: "a folder", file: "folder/p.md", content: PLAN, expected: { exit: 65, code: "HP8003", file: "folder" } },
  { name: "not there", file: "other.md", content: PLAN, expected: { exit: 65, code: "HP8001", file: "p.md" } },
];

describe("a document that cannot be read as a plan", () => {
  it.each(CASES)(
    "($name) is told with code, place and remedy, and nothing is written",
    ({ file, content, expected }) => {
      const folder = cliFolder({ [file]: content });
      const asked = expected.file ?? file;
      const before = filesIn(folder.dir);
      expectProblem(folder.holdpoint(["inspect", asked, "--json"]), { file: asked, ...expected });
      expect(filesIn(folder.dir)).toEqual(before);
    },
  );

  it("of 50 MB is refused without reading it", () => {
    const folder = cliFolder({ "p.md": PLAN });
    const handle = openSync(folder.path("p.md"), "r+");
    ftruncateSync(handle, 50 * 1024 * 1024);
    closeSync(handle);
    const started = performance.now();
    expectProblem(folder.holdpoint(["inspect", "p.md", "--json"]), {
      exit: 65,
      code: "HP8004",
      file: "p.md",
      message: "50.0 MiB",
    });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it.each([
    ["verify", "p.md", "--trust"],
    ["run", "p.md", "--trust"],
    ["plan", "print", "p.md"],
    ["bind", "p.md"],
    ["trust", "p.md", "--yes"],
    ["gate", "sign", "g", "--plan", "p.md", "--as", "R", "--reason", "x"],
    ["gate", "waive", "g", "--plan", "p.md", "--as", "R", "--reason", "x", "--expires", "1d"],
  ])("ends %s in the same way, before anything is made", (...args) => {
    const folder = cliFolder({ "p.md": Buffer.from(PLAN, "latin1") });
    expectProblem(folder.holdpoint([...args, "--json"]), { exit: 65, code: "HP1001", file: "p.md", line: 3 });
    expect(filesIn(folder.dir)).toEqual(["p.md"]);
  });
});

interface Inspected {
  readonly counts: Readonly<Record<string, number>>;
  readonly items: readonly { readonly title: string; readonly line: number }[];
  readonly problems: readonly { readonly code: string; readonly line: number }[];
  readonly notUnderstood: readonly { readonly line: number }[];
}

function inspected(name: string, content: string | Uint8Array): Inspected {
  const folder = cliFolder({ [name]: content });
  const result = folder.holdpoint(["inspect", name, "--json"]);
  expectNoStack({ ...result, out: "" });
  expect(result).toMatchObject({ exit: 0, err: "" });
  const printed = folder.holdpoint(["plan", "print", name]);
  expect(printed.out).toBe(readFileSync(folder.path(name), "utf8"));
  return JSON.parse(result.out) as Inspected;
}

describe("a document that is odd but can be read", () => {
  it("loses no item of a list 1,000 deep, at their lines", () => {
    const { items } = inspected("p.md", `# P\n\n${deepList(1000)}`);
    expect(items).toHaveLength(1000);
    expect(items.at(-1)).toMatchObject({ title: "level 999", line: 1002 });
  });

  it("loses no item inside 1,000 block quotes", () => {
    expect(inspected("p.md", `# P\n\n${"> ".repeat(1000)}- [ ] inner\n`).counts["tasks"]).toBe(1);
  });

  it("takes aliases that repeat little for what they stand for", () => {
    const yaml = "title: P\nwhen: &s done\ntasks:\n  - id: A\n    title: one\n    status: *s\n";
    expect(inspected("p.yaml", yaml).items).toMatchObject([{ title: "one", claimed: "done", line: 4 }]);
  });

  it("gives names that objects have of their own no power", () => {
    const yaml =
      "title: P\n__proto__:\n  polluted: yes\ntasks:\n  - id: __proto__\n    title: constructor\n    depends_on: [toString]\n";
    expect(inspected("p.yaml", yaml).items).toMatchObject([{ title: "constructor" }]);
  });

  it("reads a line of 5 MB in a moment", () => {
    const started = performance.now();
    expect(inspected("p.md", `# P\n\n- [ ] T-1 ${"x ".repeat(2_500_000)}\n`).counts["tasks"]).toBe(1);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it("cannot move the cursor, colour the terminal or turn the text around with a title", () => {
    const folder = cliFolder({
      "p.md": "# P\u001b[31mred\u001b[0m\n\n- [ ] T-1 \u001b]0;owned\u0007 x \u202egpj.exe\n",
    });
    const { out } = folder.holdpoint(["inspect", "p.md", "--why", "--keys"]);
    // oxlint-disable-next-line no-control-regex -- finding control characters is what this is for
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});
