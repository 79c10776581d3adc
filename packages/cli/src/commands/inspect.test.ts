import { describe, expect, it } from "vitest";
import { callFolder } from "./call.testing.ts";
import { run } from "./inspect.ts";
import { GREETER } from "./plan-files.testing.ts";

describe("holdpoint inspect", () => {
  it("prints counts, items with their claims, gates, checks and problems", async () => {
    const { code, out, err } = await callFolder({ "PLAN.md": GREETER }).call(run, ["PLAN.md"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Greeter\n2 phases, 0 steps, 3 tasks, 2 criteria, 3 gates, 1 check in Markdown");
    expect(out).toMatch(/GR-1 Choose the language +done/);
    expect(out).toMatch(/greeting_length +>=10 +absolute: >= 10/);
    expect(out).toMatch(/beauty +very nice +not understood/);
    expect(out).toContain("sh measure.sh");
    expect(out).toContain("HP1108");
    expect(out).not.toContain("g-");
  });

  it("shows keys with --keys, and confidence and reason with --why", async () => {
    const { out } = await callFolder({ "PLAN.md": GREETER }).call(run, ["PLAN.md"], { keys: true, why: true });
    expect(out).toMatch(/approval .*g-[0-9a-f]{12}/);
    expect(out).toMatch(/0\.\d\d \S/);
  });

  it("says that there is nothing to verify in a plan without gates", async () => {
    const { code, out } = await callFolder({ "PLAN.md": "# A\n\n- [ ] T-1 Do it\n" }).call(run, ["PLAN.md"]);
    expect(code).toBe(0);
    expect(out).toContain("No gates: nothing here could ever be verified.");
    expect(out).toContain("1 task,");
  });

  it("says that there are no items in a document that holds none", async () => {
    const { code, out } = await callFolder({ "PLAN.md": "Some words, and no more.\n" }).call(run, ["PLAN.md"]);
    expect(code).toBe(0);
    expect(out).toContain("0 tasks, 0 criteria, 0 gates");
    expect(out).toContain("No items:");
    expect(out).toContain("No gates:");
  });

  it("lists no more than twenty problems and says how many there are besides", async () => {
    const gates = Array.from({ length: 25 }, (_, at) => `- [ ] Beauty ${at}: very nice indeed`).join("\n");
    const folder = callFolder({ "PLAN.md": `# A\n\n**Quality Gates**:\n\n${gates}\n` });
    expect((await folder.call(run, ["PLAN.md"])).out).toContain("and 5 more; --json has all of them");
  });

  it("reads YAML, and says so", async () => {
    const yaml =
      "title: Y\nphases:\n  - name: One\n    tasks:\n      - id: A-1\n        title: Do it\n        status: done\n";
    expect((await callFolder({ "plan.yaml": yaml }).call(run, ["plan.yaml"])).out).toContain("in YAML, sha256:");
  });

  it("prints exactly one object with --json", async () => {
    const { code, out, err } = await callFolder({ "PLAN.md": GREETER }).call(run, ["PLAN.md"], { json: true });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({
      schema: "holdpoint/inspection/v1",
      counts: { tasks: 3, gates: 3, checks: 1 },
    });
  });

  it("runs nothing and writes nothing", async () => {
    const folder = callFolder({ "PLAN.md": GREETER.replace("sh measure.sh", "touch ran") });
    await folder.call(run, ["PLAN.md"]);
    const { readdirSync } = await import("node:fs");
    expect(readdirSync(folder.dir)).toEqual(["PLAN.md"]);
  });
});
