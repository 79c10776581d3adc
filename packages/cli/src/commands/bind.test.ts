import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { run } from "./bind.ts";
import { callFolder } from "./call.testing.ts";
import { GREETER, MEASURE, TWICE } from "./plan-files.testing.ts";

const FILES = { "PLAN.md": GREETER, "measure.sh": MEASURE };
const SIDECAR = "# ours\nholdpoint: sidecar/v1\nchecks:\n  - id: size # how long\n    run: sh measure.sh\n";

describe("holdpoint bind without a gate", () => {
  it("lists the gates that nothing speaks for as lines for the sidecar, and makes no database", async () => {
    const folder = callFolder(FILES);
    const { code, out } = await folder.call(run, ["PLAN.md"]);
    expect(code).toBe(0);
    expect(out).toContain(
      "# Nothing speaks for these gates yet. Lines for PLAN.holdpoint.yaml:\nholdpoint: sidecar/v1\ngates:\n",
    );
    expect(out).toContain("# No check has run yet.");
    expect(out).toContain("  # line 5: greeting_length: >=10\n");
    expect(out).toContain('metric: "beauty"');
    expect(out).not.toContain("approval");
    expect(readdirSync(folder.dir).sort()).toEqual(["PLAN.md", "measure.sh"]);
  });

  it("gives them as one object with --json", async () => {
    const { out } = await callFolder(FILES).call(run, ["PLAN.md"], { json: true });
    expect(JSON.parse(out)).toMatchObject({
      schema: "holdpoint/unbound/v1",
      gates: [
        { line: 5, metric: "greeting_length", problem: "unbound" },
        { line: 18, metric: "beauty" },
      ],
    });
  });

  it("says so when there is nothing left to bind, or nothing at all", async () => {
    const folder = callFolder({ "PLAN.md": GREETER.replace("- [ ] Beauty: very nice\n", "") });
    await folder.call(run, ["PLAN.md", "greeting length"], { check: "sh measure.sh" });
    expect((await folder.call(run, ["PLAN.md"])).out).toBe("Something speaks for every gate.\n");
    expect((await callFolder({ "PLAN.md": "# A\n" }).call(run, ["PLAN.md"])).out).toBe("PLAN.md has no gates.\n");
  });

  it("asks which gate is meant when it is told what to bind", async () => {
    const { code, err } = await callFolder(FILES).call(run, ["PLAN.md"], { metric: "size" });
    expect(code).toBe(64);
    expect(err).toContain("GATE is needed here.");
  });
});

describe("holdpoint bind with a gate", () => {
  it("writes a new sidecar, with the plan's command as a check", async () => {
    const folder = callFolder(FILES);
    const { code, out } = await folder.call(run, ["PLAN.md", "beauty"], {
      check: "sh measure.sh",
      metric: "nice",
      criterion: ">= 1",
    });
    expect(code).toBe(0);
    expect(out).toMatch(
      /^PLAN\.holdpoint\.yaml: gate g-\w+ \(very nice\) is bound\.\nJudge it: holdpoint verify PLAN\.md --only g-\w+\n$/,
    );
    const text = readFileSync(folder.path("PLAN.holdpoint.yaml"), "utf8");
    expect(text).toContain("run: sh measure.sh");
    expect(text).toContain('criterion: ">= 1"');
    expect(existsSync(folder.path(".holdpoint"))).toBe(false);
  });

  it("keeps comments and order of a sidecar that is there, and says when nothing changes", async () => {
    const folder = callFolder({ ...FILES, "PLAN.holdpoint.yaml": SIDECAR });
    const set = { check: "size", metric: "greeting_length", minTier: "E2", exit: "0" };
    await folder.call(run, ["PLAN.md", "greeting_length"], set);
    const text = readFileSync(folder.path("PLAN.holdpoint.yaml"), "utf8");
    expect(text.startsWith(SIDECAR)).toBe(true);
    expect(text).toContain("minTier: E2");
    const again = await folder.call(run, ["PLAN.md", "Greeting Length"], set);
    expect(again.out).toContain("PLAN.holdpoint.yaml says so already.");
    expect(readFileSync(folder.path("PLAN.holdpoint.yaml"), "utf8")).toBe(text);
  });

  it("prints exactly one object with --json", async () => {
    const { out } = await callFolder(FILES).call(run, ["PLAN.md", "beauty"], { metric: "nice", json: true });
    expect(JSON.parse(out)).toMatchObject({
      schema: "holdpoint/binding/v1",
      sidecar: "PLAN.holdpoint.yaml",
      changed: true,
    });
  });

  it.each([
    ["nope", { metric: "x" }, 64, "HP8011"],
    ["beauty", {}, 64, "HP8010"],
    ["beauty", { check: "nope" }, 64, "Name a check of the sidecar or a command of the plan: size (sh measure.sh)"],
    ["beauty", { minTier: "E9" }, 64, "One of E0, E1, E2, E3, E4."],
    ["beauty", { exit: "3" }, 64, "Only 0 opens a gate"],
    ["beauty", { exit: "-1" }, 64, "HP8012"],
    ["beauty", { metric: " " }, 64, "HP8012"],
    ["beauty", { criterion: "quite nice" }, 64, "--criterion cannot be quite nice."],
  ])("refuses %s with %j and leaves the sidecar as it was", async (gate, options, code, says) => {
    const folder = callFolder({ ...FILES, "PLAN.holdpoint.yaml": SIDECAR });
    const result = await folder.call(run, ["PLAN.md", gate], options);
    expect(result.code).toBe(code);
    expect(result.err).toContain(says);
    expect(readFileSync(folder.path("PLAN.holdpoint.yaml"), "utf8")).toBe(SIDECAR);
    expect(readdirSync(folder.dir).sort()).toEqual(["PLAN.holdpoint.yaml", "PLAN.md", "measure.sh"]);
  });

  it("refuses a metric that two gates have and names both", async () => {
    const { code, err } = await callFolder({ "PLAN.md": TWICE }).call(run, ["PLAN.md", "coverage"], { minTier: "E2" });
    expect(code).toBe(64);
    expect(err).toContain("HP8020");
    expect(err).toMatch(/\(line 7\), g-\w+ \(line 13\)/);
  });

  it("takes the id of the item that the only gate stands on", async () => {
    const plan = "# A\n\n## Acceptance Criteria\n\n- [ ] AC-1 Unit coverage: >=80%\n";
    const folder = callFolder({ "PLAN.md": plan });
    expect((await folder.call(run, ["PLAN.md", "AC-1"], { metric: "line_coverage" })).code).toBe(0);
  });

  it("does not follow a link that waits for its draft", async () => {
    const folder = callFolder(FILES);
    const victim = folder.write("victim", "mine");
    symlinkSync(victim, folder.path("PLAN.holdpoint.yaml.new"));
    await folder.call(run, ["PLAN.md", "beauty"], { metric: "nice" });
    expect(readFileSync(victim, "utf8")).toBe("mine");
  });

  it("is refused inside an attempt", async () => {
    const { err } = await callFolder(FILES).call(run, ["PLAN.md"], {}, { HOLDPOINT_TASK: "GR-2" });
    expect(err).toContain("HP8013");
  });
});
