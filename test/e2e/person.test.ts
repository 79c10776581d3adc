import { afterAll, afterEach, describe, expect, test } from "vitest";
import { BIN } from "./built-cli.ts";
import { agent, closeTemplate, openWorkshop, type Workshop } from "./workshop.ts";

let shop: Workshop | null = null;
afterEach(() => {
  shop?.close();
  shop = null;
});

afterAll(closeTemplate);

async function open(files: Readonly<Record<string, string>>): Promise<Workshop> {
  shop = await openWorkshop(files);
  return shop;
}

const gate = (metric: string, threshold: string): string =>
  `# Plan\n\n## Step 1: Release\n\n\`\`\`yaml\nquality_gates:\n  ${metric}: "${threshold}"\n\`\`\`\n`;
const cli = `node ${BIN}`;

describe("what only people may say", { timeout: 120_000 }, () => {
  test("work is held for a witness, and done when one has signed", async () => {
    const files = { "PLAN.md": gate("approval", "1 of release-manager"), ...agent("worker", "echo done > work.txt") };
    const { json, call, git, has } = await open(files);
    git();
    const held = await json("run", "PLAN.md", "--trust");
    const key = held.report.gates[0]?.key ?? "";
    expect([held.code, held.report.work?.tasks.held, has("work.txt")]).toEqual([2, 1, false]);
    expect(held.report.work?.waitsFor).toMatchObject([{ kind: "person" }]);
    const signed = await call("gate", "sign", key, "--as", "Ada", "--role", "release-manager", "--reason", "seen");
    expect(signed.code).toBe(0);
    const done = await json("run", "PLAN.md", "--trust");
    expect([done.code, done.report.work?.tasks.accepted, done.report.work?.attempts]).toEqual([0, 1, []]);
    expect(has("work.txt")).toBe(true);
  });

  test("a waiver opens a gate until it expires, and is shown as one", async () => {
    const { json, call } = await open({ "PLAN.md": gate("size", ">=3") });
    await call("verify", "PLAN.md");
    const key = (await json("verify", "PLAN.md")).report.gates[0]?.key ?? "";
    const args = ["gate", "waive", key, "--as", "Ada", "--reason", "agreed", "--expires", "1h"];
    expect((await call(...args)).code).toBe(0);
    const { code, report } = await json("verify", "PLAN.md");
    expect([code, report.gates[0]?.verdict, report.gates[0]?.reason]).toEqual([0, "pass", "waived"]);
  });

  test("an agent cannot sign, waive or trust, and what it hands over opens no gate that asks for E2", async () => {
    const key = "$(cat key.txt)";
    const says = [
      `${cli} gate sign ${key} --plan PLAN.md --as Ada --reason x > sign.txt 2>&1; echo $? > sign.code`,
      `env -u HOLDPOINT_TASK ${cli} gate sign ${key} --plan PLAN.md --as Ada --reason x; echo $? > bare.code`,
      `${cli} task redrive PLAN.md --all-dead --as Ada --reason x; echo $? > redrive.code`,
      `${cli} gate waive ${key} --plan PLAN.md --as Ada --reason x --expires 1h; echo $? > waive.code`,
      `${cli} trust PLAN.md --yes; echo $? > trust.code`,
      `echo '{"type":"evidence","metric":"size","value":9}'`,
      "echo size=9 > size.metrics",
      `${cli} evidence add size=9 --file size.metrics; echo $? > add.code`,
    ].join("; ");
    const worker = `name: worker\ncapabilities: [any]\nworkspace: shared\ncommand: ${JSON.stringify(says)}\n`;
    const { json, read, write } = await open({ "PLAN.md": gate("size", ">=3"), "agents/worker.yaml": worker });
    write("key.txt", (await json("verify", "PLAN.md")).report.gates[0]?.key ?? "");
    const { code, report } = await json("run", "PLAN.md", "--trust");
    expect(["sign", "bare", "redrive", "waive", "trust", "add"].map((name) => read(`${name}.code`).trim())).toEqual([
      "64",
      "64",
      "64",
      "64",
      "64",
      "0",
    ]);
    expect(read("sign.txt")).toContain("HP8013");
    expect([code, report.gates[0]?.verdict]).toEqual([2, "inconclusive"]);
    expect(report.gates[0]?.reason).toBe("tier_too_low");
    expect(report.verified).toBe(0);
  });
});
