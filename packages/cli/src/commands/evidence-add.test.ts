import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CallFolder, type CallResult, callFolder } from "./call.testing.ts";
import { run } from "./evidence-add.ts";

/** Calls it as an agent would, and gives what lies in the inbox afterwards. */
async function add(
  folder: CallFolder,
  args: readonly string[],
  options: Readonly<Record<string, string | boolean | readonly string[]>> = {},
): Promise<CallResult & { readonly notes: readonly unknown[] }> {
  const inbox = join(folder.home, "inbox");
  mkdirSync(inbox, { recursive: true });
  const env = { HOLDPOINT_INBOX: inbox, HOLDPOINT_TASK: "T-1", HOLDPOINT_WORKSPACE: folder.dir };
  const result = await folder.call(run, args, options, env);
  const notes = readdirSync(inbox)
    .filter((name) => name.endsWith(".json"))
    .sort();
  return { ...result, notes: notes.map((name): unknown => JSON.parse(readFileSync(join(inbox, name), "utf8"))) };
}

describe("holdpoint evidence add", () => {
  it("hands in metrics and says that they are the agent's own word", async () => {
    const { code, out, notes } = await add(callFolder(), ["line_coverage=92.5%", "service=operational"]);
    expect(code).toBe(0);
    expect(out).toBe("Handed in 2 metrics, as this agent's own word.\n");
    expect(notes).toHaveLength(2);
    expect(notes).toContainEqual(
      expect.objectContaining({ type: "evidence", metric: "line_coverage", value: 92.5, unit: "%" }),
    );
  });

  it("hands in a report of the workspace with its reader", async () => {
    const { code, out, notes } = await add(callFolder({ "out/junit.xml": "<testsuite/>" }), [], {
      file: ["out/junit.xml"],
      reader: "junit",
      json: true,
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ schema: "holdpoint/evidence-added/v1", metrics: 0, files: 1 });
    expect(notes).toEqual([expect.objectContaining({ type: "artifact", reader: "junit" })]);
  });

  it.each([
    [[], {}, 64, "HP8010"],
    [["coverage"], {}, 64, "HP8012"],
    [["a=1"], { reader: "junit" }, 64, "HP8010"],
    [["a=1"], { file: ["out.xml"], reader: "word" }, 64, "HP3005"],
    [["a=1"], { file: ["missing.xml"] }, 2, "HP3001"],
    [["a=1"], { file: ["folder"] }, 2, "HP3003"],
    [["a=1"], { file: ["../secret"] }, 2, "HP3002"],
    [["a=1"], { file: ["/etc/passwd"] }, 2, "HP3002"],
    [["a=1"], { file: ["link"] }, 2, "HP3002"],
  ])("refuses %j with %j whole, and hands in nothing", async (args, options, code, says) => {
    const folder = callFolder({ "out.xml": "<x/>", "folder/x": "", "../secret": "s" });
    symlinkSync("/etc/passwd", folder.path("link"));
    const result = await add(folder, args, options);
    expect(result.err).toContain(says);
    expect(result).toMatchObject({ code, out: "", notes: [] });
  });

  it("works only inside an attempt", async () => {
    const { code, err } = await callFolder().call(run, ["a=1"]);
    expect(code).toBe(64);
    expect(err).toContain("HP8014");
  });

  it("asks for a file that exists where the workspace is not known", async () => {
    const folder = callFolder();
    const { code, err } = await folder.call(run, [], { file: ["missing"] }, { HOLDPOINT_INBOX: folder.dir });
    expect(code).toBe(64);
    expect(err).toContain("Name a file that exists.");
  });

  it("says so when the inbox cannot be written", async () => {
    const folder = callFolder({ inbox: "a file" });
    const { code, err } = await folder.call(run, ["a=1"], {}, { HOLDPOINT_INBOX: folder.path("inbox") });
    expect(code).toBe(69);
    expect(err).toContain("HP8005");
  });
});
