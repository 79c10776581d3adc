import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CliFolder, cliFolder, expectNoStack, expectProblem, filesIn, LAUNCHER } from "./cli.ts";

const PLAN = "# P\n\n## Phase 1: A\n\n- [ ] T-1 do\n\n**Quality Gates**:\n\n- [ ] Load: >=1\n";
const MEASURED = PLAN.replace("**Quality Gates**", "**Automated check**: `sh measure.sh`\n\n**Quality Gates**");

/** To an administrator every file is readable, so the command line is then run as somebody else. */
const isRoot = process.getuid?.() === 0;
const OTHER = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
const through = isRoot ? OTHER : [];
const [program, ...rest] = [...through, process.execPath, LAUNCHER, "--version"];
const canBeOther = spawnSync(program, rest).status === 0;

/** A folder that the other user may enter and write. */
function shared(files: Readonly<Record<string, string>>): CliFolder {
  const folder = cliFolder(files);
  chmodSync(dirname(folder.dir), 0o777);
  chmodSync(folder.dir, 0o777);
  return folder;
}

describe.skipIf(!canBeOther)("a file that may not be read", () => {
  it("is told when it is the plan", () => {
    const folder = shared({ "p.md": PLAN });
    chmodSync(folder.path("p.md"), 0);
    expectProblem(folder.holdpoint(["inspect", "p.md", "--json"], { through }), {
      exit: 65,
      code: "HP8002",
      file: "p.md",
      message: "EACCES",
    });
    expect(filesIn(folder.dir)).toHaveLength(1);
  });

  it("is told when it is in a folder that may not be entered", () => {
    const folder = shared({ "in/p.md": PLAN });
    chmodSync(folder.path("in"), 0);
    const result = folder.holdpoint(["inspect", "in/p.md", "--json"], { through });
    chmodSync(folder.path("in"), 0o755);
    expectProblem(result, { exit: 65, code: "HP8002", file: "in/p.md", message: "EACCES" });
    expect(filesIn(folder.path("in"))).toEqual(["p.md"]);
  });

  it("is told when it is the sidecar, so that no gate is judged by less than was asked", () => {
    const folder = shared({ "p.md": PLAN, "p.holdpoint.yaml": "holdpoint: sidecar/v1\nminTier: E3\n" });
    chmodSync(folder.path("p.holdpoint.yaml"), 0);
    const result = folder.holdpoint(["verify", "p.md", "--trust", "--json"], { through });
    expectProblem(result, { exit: 65, code: "HP8006", file: "p.holdpoint.yaml", message: "EACCES" });
    expect(filesIn(folder.dir)).toEqual(["p.holdpoint.yaml", "p.md"]);
  });

  it.each([["verify"], ["run"]])("is told when it is the folder for the state (%s)", (command) => {
    const folder = shared({ "p.md": PLAN });
    chmodSync(folder.dir, 0o555);
    const result = folder.holdpoint([command, "p.md", "--trust", "--json"], { through });
    expectProblem(result, { exit: 69, code: "HP8005", message: ".holdpoint" });
    expect(filesIn(folder.dir)).toEqual(["p.md"]);
  });

  it("is told when it is the sidecar that bind should write", () => {
    const folder = shared({ "p.md": PLAN });
    chmodSync(folder.dir, 0o555);
    const result = folder.holdpoint(["bind", "p.md", "load", "--metric", "x", "--json"], { through });
    expectProblem(result, { exit: 69, code: "HP8005", message: "p.holdpoint.yaml" });
    expect(filesIn(folder.dir)).toEqual(["p.md"]);
  });

  it("is told when it is the place of the user's key", () => {
    const folder = shared({ "p.md": MEASURED, "measure.sh": "echo load=2\n" });
    chmodSync(folder.beside, 0o555);
    const result = folder.holdpoint(["trust", "p.md", "--yes", "--json"], {
      through,
      env: { XDG_CONFIG_HOME: folder.beside },
    });
    expectProblem(result, { exit: 69, code: "HP2103", file: join(folder.beside, "holdpoint/trust.key") });
    expect(filesIn(folder.dir)).toEqual(["measure.sh", "p.md"]);
  });
});

describe("a sidecar that is wrong", () => {
  it.each([
    ["not YAML", "holdpoint: [\n", "HP2201", undefined, 2],
    ["an unknown key", "holdpoint: sidecar/v1\ngate:\n  a: b\n", "HP2202", "gate", 2],
    ["a value that does not fit", "holdpoint: sidecar/v1\nminTier: E9\n", "HP2203", "minTier", 2],
    [
      "a folder outside of the plan's",
      "holdpoint: sidecar/v1\nchecks:\n  - id: c\n    run: echo load=2\n    cwd: ../beside\n",
      "HP2203",
      "checks[0].cwd",
      5,
    ],
    [
      "an absolute folder",
      "holdpoint: sidecar/v1\nchecks:\n  - id: c\n    run: echo load=2\n    cwd: /etc\n",
      "HP2203",
      "checks[0].cwd",
      5,
    ],
    [
      "a file outside of the plan's folder",
      "holdpoint: sidecar/v1\nchecks:\n  - id: c\n    run: 'true'\n    files: [../beside/r.xml]\n",
      "HP2203",
      "checks[0].files[0]",
      5,
    ],
    [
      "an absolute file",
      "holdpoint: sidecar/v1\nchecks:\n  - id: c\n    run: 'true'\n    files: [/etc/passwd]\n",
      "HP2203",
      "checks[0].files[0]",
      5,
    ],
  ])("(%s) ends verify with file, line and field, and nothing is run", (_, text, code, field, line) => {
    const folder = cliFolder({ "p.md": PLAN, "p.holdpoint.yaml": text });
    const result = folder.holdpoint(["verify", "p.md", "--trust", "--json"]);
    expectProblem(result, {
      exit: 65,
      code,
      file: "p.holdpoint.yaml",
      line,
      ...(field === undefined ? {} : { field }),
    });
    expect(filesIn(folder.dir)).toEqual(["p.holdpoint.yaml", "p.md"]);
  });
});

describe("a link that leads out of the plan's folder", () => {
  it("is not followed as a check's folder", () => {
    const folder = cliFolder({
      "p.md": PLAN,
      "p.holdpoint.yaml":
        "holdpoint: sidecar/v1\nchecks:\n  - id: c\n    run: touch ran; echo load=2\n    cwd: out\ngates:\n  load:\n    check: c\n",
    });
    symlinkSync(folder.beside, folder.path("out"));
    const result = folder.holdpoint(["verify", "p.md", "--trust", "--json"]);
    expect(result.exit).toBe(2);
    expect(JSON.parse(result.out)).toMatchObject({
      verified: 0,
      gates: [{ verdict: "inconclusive", reason: "source_error" }],
    });
    expect(filesIn(folder.beside)).toEqual([]);
    expectNoStack(result);
  });

  it("is not followed as a report", () => {
    const folder = cliFolder({
      "p.md": PLAN.replace("Load: >=1", "Unit tests: 100% passing"),
      "p.holdpoint.yaml":
        "holdpoint: sidecar/v1\nchecks:\n  - id: c\n    run: ln -s ../beside/r.xml r.xml\n    files: [r.xml]\ngates:\n  unit_tests:\n    check: c\n    metric: tests_passed\n",
    });
    writeFileSync(join(folder.beside, "r.xml"), '<testsuite tests="1"><testcase name="a"/></testsuite>');
    const result = folder.holdpoint(["verify", "p.md", "--trust", "--json"]);
    expect(result.exit).toBe(2);
    expect(JSON.parse(result.out)).toMatchObject({ verified: 0, gates: [{ verdict: "inconclusive" }] });
    expectNoStack(result);
  });
});

describe("state that a repository brings along", () => {
  it("is no consent: a trust file of another user runs nothing", () => {
    const folder = cliFolder({ "p.md": MEASURED, "measure.sh": "touch ran\necho load=2\n" });
    folder.holdpoint(["trust", "p.md", "--yes"], { env: { XDG_CONFIG_HOME: folder.beside } });
    const result = folder.holdpoint(["verify", "p.md", "--json"]);
    expect(result.exit).toBe(2);
    expect(result.err).toContain("HP2101");
    expect(filesIn(folder.dir)).not.toContain("ran");
  });

  it("cannot name a plan elsewhere by a link in place of a note", () => {
    const folder = cliFolder({ "p.md": PLAN });
    mkdirSync(folder.path(".holdpoint"));
    symlinkSync("/etc/passwd", folder.path(".holdpoint/last-plan"));
    const result = folder.holdpoint([
      "gate",
      "waive",
      "load",
      "--as",
      "R",
      "--reason",
      "x",
      "--expires",
      "1d",
      "--json",
    ]);
    expectProblem(result, { exit: 64, code: "HP8015", field: "--plan" });
    expect(readFileSync("/etc/passwd", "utf8").length).toBeGreaterThan(0);
  });
});
