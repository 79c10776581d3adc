import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CACHE, ensureSchemathesis, MissingTool } from "./ensure-schemathesis.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdpoint-ensure-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function script(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe("fuzzing", () => {
  test("starts nothing from a folder that others can write, but what this clone keeps for itself", () => {
    expect(CACHE).toMatch(/\/node_modules\/\.cache\/schemathesis-[\d.]+$/);
    expect(existsSync(join(CACHE, "../../../package-lock.json"))).toBe(true);
  });

  test("says what to install where there is no Python", () => {
    const call = (): string => ensureSchemathesis(join(folder, "none"), join(folder, "env"));
    expect(call).toThrow(MissingTool);
    expect(call).toThrow(
      /Python 3\.11 or later.*does not start\. Install it \(Debian, Ubuntu: apt-get install python3/s,
    );
  });

  test("says which Python is too old", () => {
    const old = script("python3", "echo 3.9");
    expect(() => ensureSchemathesis(old, join(folder, "env"))).toThrow(`${old} is Python 3.9`);
  });

  test("says which package is missing where Python has no venv module", () => {
    const bare = script("python3", 'case "$2" in venv) echo "No module named venv" >&2; exit 1;; *) echo 3.12;; esac');
    expect(() => ensureSchemathesis(bare, join(folder, "env"))).toThrow(/python3-venv.*No module named venv/s);
  });
});
