import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { report, sourceFiles } from "./file-sizes.mjs";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A repository whose files have this many lines. */
function repository(files: Readonly<Record<string, number>>): string {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-sizes-"));
  folders.push(folder);
  for (const [path, lines] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), "x\n".repeat(lines));
  }
  return folder;
}

function measure(files: Readonly<Record<string, number>>): { code: number; lines: readonly string[] } {
  const lines: string[] = [];
  return { code: report(sourceFiles(repository(files)), (line) => lines.push(line)), lines };
}

describe("file-sizes", () => {
  test("prints the largest file, the ninth decile and the median", () => {
    const files = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`packages/a/src/f${index}.ts`, (index + 1) * 10]),
    );
    expect(measure(files)).toEqual({
      code: 0,
      lines: [
        "source_files=10",
        "largest_source_file=100",
        "source_files_over_400=0",
        "source_file_p90=90",
        "source_file_median=50",
      ],
    });
  });

  test("fails on a file over 400 lines and names it", () => {
    const { code, lines } = measure({ "packages/a/src/long.ts": 401, "tools/short.mjs": 400 });
    expect(code).toBe(1);
    expect(lines).toContain("over 400 lines: packages/a/src/long.ts (401)");
    expect(lines).toContain("source_files_over_400=1");
  });

  test("leaves out tests, generated files, and what is installed or built", () => {
    const { lines } = measure({
      "packages/a/src/a.ts": 1,
      "packages/a/src/a.test.ts": 900,
      "packages/a/src/b.generated.ts": 900,
      "packages/a/node_modules/x/index.js": 900,
      "packages/a/dist/main.js": 900,
    });
    expect(lines).toContain("source_files=1");
  });

  test("does not take an empty repository for one with small files", () => {
    expect(measure({})).toEqual({ code: 1, lines: ["no source files found"] });
  });
});
