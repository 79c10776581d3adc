import { describe, expect, it } from "vitest";
import { Collected, callFolder } from "./call.testing.ts";
import { GREETER } from "./plan-files.testing.ts";
import { run } from "./plan-print.ts";

describe("holdpoint plan print", () => {
  it("prints the document's bytes, whatever line ends, marks and blanks it has", async () => {
    const bytes = Buffer.from("\ufeff# A plan \t\r\n\r\n- [x] T-1 Ready âœ… \r\n\t- [ ] under\r\n\n\n~ end", "utf8");
    const folder = callFolder();
    folder.write("PLAN.md", bytes);
    const out = new Collected();
    const code = await run({ args: ["PLAN.md"], options: {}, out, err: new Collected(), env: {}, cwd: folder.dir });
    expect(code).toBe(0);
    expect(out.bytes().equals(bytes)).toBe(true);
  });

  it("changes one token with --set, and several one after the other", async () => {
    const folder = callFolder({ "PLAN.md": GREETER });
    const { out } = await folder.call(run, ["PLAN.md"], { set: ["GR-2=done", "GR-1=pending"] });
    expect(out).toBe(GREETER.replace("[x] GR-1", "[ ] GR-1").replace("[ ] GR-2", "[x] GR-2"));
  });

  it("gives the text in one object with --json", async () => {
    const text = `\ufeff${GREETER}`;
    const { out } = await callFolder({ "PLAN.md": text }).call(run, ["PLAN.md"], { json: true });
    expect(JSON.parse(out)).toMatchObject({ schema: "holdpoint/printed-plan/v1", plan: "PLAN.md", text });
  });

  it.each([
    ["GR-9=done", "HP8011", "holdpoint inspect PLAN.md --keys"],
    ["GR-1=don", "HP8012", "STATUS is one of done,"],
    ["GR-1", "HP8012", "KEY=STATUS"],
    ["=done", "HP8012", "KEY=STATUS"],
  ])("refuses --set %s and prints nothing of the document", async (change, code, says) => {
    const result = await callFolder({ "PLAN.md": GREETER }).call(run, ["PLAN.md"], { set: [change] });
    expect(result).toMatchObject({ code: 64, out: "" });
    expect(result.err).toContain(code);
    expect(result.err).toContain(says);
  });

  it("refuses a status that the line's notation does not have, and names the line", async () => {
    const folder = callFolder({ "PLAN.md": GREETER });
    const { plan } = JSON.parse((await folder.call(run, ["PLAN.md"], { json: true })).out) as { plan: string };
    expect(plan).toBe("PLAN.md");
    const result = await folder.call(run, ["PLAN.md"], { set: ["GR-1=unknown"] });
    expect(result).toMatchObject({ code: 64, out: "" });
    expect(result.err).toContain("HP8016");
    expect(result.err).toContain("PLAN.md:8");
  });
});
