import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { describe, expect, test } from "vitest";
import { WASM_WORKER } from "./embedded/wasm-worker.generated.ts";
import { MIGRATIONS } from "./migrations.generated.ts";
import { dumpSchema } from "./testing/schema-dump.ts";
import { TEST_SERVERS } from "./testing/test-server.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** What came after PostgreSQL 15: functions, clauses and types that would only work on newer servers. */
const NEWER: readonly RegExp[] = [
  /\bany_value\s*\(/i,
  /\buuidv[47]\s*\(/i,
  /\buuid_extract_/i,
  /\bjson_(?:table|query|value|exists|scalar|serialize|array|arrayagg|object|objectagg)\s*\(/i,
  /\bIS\s+(?:NOT\s+)?JSON\b/i,
  /\bmerge\b[\s\S]*\breturning\b/i,
  /\breturning\s+(?:with\s*\(|(?:old|new)\.)/i,
  /\b(?:random_normal|erf|erfc|array_sample|array_shuffle|array_sort|array_reverse|date_add|date_subtract)\s*\(/i,
  /\b(?:to_bin|to_oct|crc32c?|casefold|gamma|lgamma)\s*\(/i,
  /\bvirtual\b|\bwithout\s+overlaps\b|\bnot\s+enforced\b/i,
  /\bon_error\b|\bcopy\b.*\bdefault\b/i,
];

function sqlFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.sql(?:\.ts)?$|\.store\.ts$|event-log\.ts$/.test(path) && !path.includes("node_modules"))
    .map((path) => join(folder, path));
}

describe("the SQL", () => {
  test.each([...sqlFiles("packages/store/src"), ...sqlFiles("packages/server/src")])(
    "of %s keeps to PostgreSQL 15",
    (path) => {
      const text = readFileSync(join(ROOT, path), "utf8");
      expect(NEWER.filter((pattern) => pattern.test(text))).toEqual([]);
    },
  );
});

describe("the migrations", () => {
  test("are numbered without a gap", () => {
    expect(MIGRATIONS.map((migration) => migration.name.slice(0, 4))).toEqual(
      MIGRATIONS.map((_, at) => String(at + 1).padStart(4, "0")),
    );
  });

  test("that the program carries are the files, as they are", () => {
    const before = readFileSync(join(ROOT, "packages/store/src/migrations.generated.ts"), "utf8");
    const carried = JSON.stringify(MIGRATIONS);
    const files = readdirSync(join(ROOT, "packages/store/src/migrations")).sort();
    const read = files.map((file) => ({
      name: file.replace(/\.sql$/, ""),
      sql: readFileSync(join(ROOT, "packages/store/src/migrations", file), "utf8"),
    }));
    expect(carried).toBe(JSON.stringify(read));
    expect(before).toContain("Do not edit");
  });
});

test("the thread of the database in WebAssembly that the program carries is the file, as JavaScript", async () => {
  const file = readFileSync(join(ROOT, "packages/store/src/embedded/wasm-worker.ts"), "utf8");
  const { code } = await transform(file, { loader: "ts", format: "cjs", platform: "node", target: "node20.19" });
  expect(WASM_WORKER).toBe(code);
});

describe.each(TEST_SERVERS)("the schema on $name", (kind) => {
  test("is the one that the reference shows", async () => {
    const server = await kind.start();
    try {
      const dump = await dumpSchema(await server.openStore(() => 0));
      expect(dump).toBe(readFileSync(join(ROOT, "docs/reference/schema.sql"), "utf8"));
    } finally {
      await server.stop();
    }
  }, 120_000);
});
