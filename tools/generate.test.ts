import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { jsonSchemaOf } from "../packages/contract/src/json-schema.ts";
import { SCHEMAS } from "../packages/contract/src/schemas.ts";
import { compareFiles, writeFiles } from "./generate/file-set.ts";
import { generatedFiles } from "./generate/generated-files.ts";
import { fenced, table } from "./generate/markdown.ts";
import { printJson } from "./generate/print-json.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-generate-"));
  folders.push(folder);
  return folder;
}

describe("what is generated", () => {
  test("is committed as the code says now", async () => {
    expect(compareFiles(root, await generatedFiles(root)), "npm run generate").toEqual([]);
  });

  test("is the same each time", async () => {
    const [first, second] = [await generatedFiles(root), await generatedFiles(root)];
    expect([...first.contents]).toEqual([...second.contents]);
  });

  test("explains every field of every shape", () => {
    const silent = SCHEMAS.flatMap((shape) => undescribed(jsonSchemaOf(shape), shape.name));
    expect(silent).toEqual([]);
  });

  test("has no reference that leads nowhere", () => {
    for (const shape of SCHEMAS) {
      const schema = jsonSchemaOf(shape);
      const names = Object.keys(schema.$defs ?? {}).map((name) => `#/$defs/${name}`);
      const refs = JSON.stringify(schema).match(/"\$ref":"[^"]+"/g) ?? [];
      expect(refs.filter((ref) => !["#", ...names].includes(ref.slice(8, -1)))).toEqual([]);
    }
  });
});

/** Fields without a description, apart from constants, which speak for themselves. */
function undescribed(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) => {
    if (key !== "properties") return undescribed(value, `${path}/${key}`);
    return Object.entries(value as Record<string, Record<string, unknown>>).flatMap(([name, field]) => {
      const own = ["description", "const", "$ref"].some((word) => word in field) || ["op", "kind"].includes(name);
      return [...(own ? [] : [`${path}.${name}`]), ...undescribed(field, `${path}.${name}`)];
    });
  });
}

describe("compareFiles and writeFiles", () => {
  test("tell what is missing, differs or is left over, and mend it", () => {
    const folder = emptyFolder();
    const files = {
      contents: new Map([
        ["docs/a.md", "a\n"],
        ["docs/b.md", "b\n"],
      ]),
      folders: ["docs"],
    };
    mkdirSync(join(folder, "docs"));
    writeFileSync(join(folder, "docs/b.md"), "other\n");
    writeFileSync(join(folder, "docs/c.md"), "old\n");
    expect(compareFiles(folder, files)).toEqual([
      { path: "docs/a.md", why: "missing" },
      { path: "docs/b.md", why: "differs" },
      { path: "docs/c.md", why: "leftover" },
    ]);
    writeFiles(folder, files);
    expect(compareFiles(folder, files)).toEqual([]);
    expect(readFileSync(join(folder, "docs/a.md"), "utf8")).toBe("a\n");
  });
});

describe("printJson", () => {
  test("writes short lists on a line and long ones below each other", () => {
    const long = Array.from({ length: 20 }, (_, index) => `word number ${index}`);
    expect(printJson({ a: [1, "b"], c: {}, d: [] })).toBe('{\n  "a": [1, "b"],\n  "c": {},\n  "d": []\n}\n');
    expect(printJson({ long }).split("\n")).toHaveLength(25);
  });

  test("keeps the value", () => {
    const value = { a: [{ b: [1, [2, null]] }], "c d": '\u2028"', e: true };
    expect(JSON.parse(printJson(value))).toEqual(value);
  });
});

describe("Markdown", () => {
  test("escapes what would end a cell", () => {
    expect(table(["a"], [["x | y"]])).toBe("| a      |\n| ------ |\n| x \\| y |\n");
  });

  test("takes a fence that is longer than those in the text", () => {
    expect(fenced("md", "````\n")).toBe("`````md\n````\n`````\n");
  });
});
