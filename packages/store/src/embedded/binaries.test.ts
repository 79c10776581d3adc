import { chmodSync, existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HoldpointError } from "@holdpoint/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findBinaries, platformName, prepareBinaries } from "./binaries.ts";

let base: string;
let native: string;
let cache: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "holdpoint-binaries-"));
  native = join(base, "native");
  cache = join(base, "cache");
  mkdirSync(join(native, "bin"), { recursive: true });
  mkdirSync(join(native, "lib"));
  for (const name of ["initdb", "postgres"]) writeFileSync(join(native, "bin", name), "", { mode: 0o755 });
  writeFileSync(join(native, "lib", "libx.so.1.2"), "");
  const links = [{ source: "native/lib/libx.so.1.2", target: "native/lib/libx.so.1" }, "odd"];
  writeFileSync(join(native, "pg-symlinks.json"), JSON.stringify(links));
});

afterEach(() => {
  rmSync(base, { recursive: true });
});

describe("the binaries of a package", () => {
  test("get the links that an install script would have made", () => {
    expect(prepareBinaries(native, cache).libraryDir).toBeNull();
    expect(readlinkSync(join(native, "lib", "libx.so.1"))).toBe("libx.so.1.2");
  });

  test("are left as they are when the links are there", () => {
    prepareBinaries(native, cache);
    expect(prepareBinaries(native, cache).libraryDir).toBeNull();
    expect(existsSync(cache)).toBe(false);
  });

  test("are given a directory of links in the cache when the package cannot be written", () => {
    const { libraryDir } = prepareBinaries(native, cache, false);
    expect(libraryDir?.startsWith(cache)).toBe(true);
    expect(readlinkSync(join(libraryDir ?? "", "libx.so.1"))).toBe(join(native, "lib", "libx.so.1.2"));
    expect(existsSync(join(native, "lib", "libx.so.1"))).toBe(false);
  });

  test("are made executable when the archive lost the right", () => {
    chmodSync(join(native, "bin", "postgres"), 0o644);
    prepareBinaries(native, cache);
    expect(statSync(join(native, "bin", "postgres")).mode & 0o111).not.toBe(0);
  });
});

describe("a platform", () => {
  test("that is this one has its package installed", () => {
    expect(existsSync(findBinaries(cache).postgres)).toBe(true);
  });

  test.each(["win32-x64", "linux-x64-musl", "linux-riscv64"])(
    "such as %s has none, and the remedy names DATABASE_URL",
    (platform) => {
      let caught: unknown;
      try {
        findBinaries(cache, platform);
      } catch (error) {
        caught = error;
      }
      expect(caught).toBeInstanceOf(HoldpointError);
      expect(caught).toMatchObject({ code: "HP6001", remedy: expect.stringContaining("DATABASE_URL") });
    },
  );

  test("is named by system, processor and C library", () => {
    expect(platformName()).toMatch(/^(?:linux|darwin)-(?:x64|arm64)(?:-musl)?$/);
  });
});
