import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { run as bind } from "./bind.ts";
import { callFolder } from "./call.testing.ts";
import { run as sign } from "./gate-sign.ts";
import { parseExpiry, run as waive } from "./gate-waive.ts";
import { GREETER, MEASURE, TWICE } from "./plan-files.testing.ts";

const FILES = { "PLAN.md": GREETER, "measure.sh": MEASURE };
const WHO = { as: "Robin", reason: "read it twice", plan: "PLAN.md" };

describe("holdpoint gate sign and gate waive", { timeout: 60_000 }, () => {
  it("record a person's word, and then know the plan of the folder", async () => {
    const folder = callFolder(FILES);
    const signed = await folder.call(sign, ["approval"], { ...WHO, role: "Editor" });
    expect(signed).toMatchObject({ code: 0, err: "" });
    expect(signed.out).toMatch(/^Robin signed g-\w+ \(1 of editor not producer\), sha256:\w{12}\.\n/);
    expect(signed.out).toContain("holdpoint verify PLAN.md");
    const { as, reason } = WHO;
    const waived = await folder.call(waive, ["beauty"], { as, reason, expires: "7d", json: true });
    expect(JSON.parse(waived.out)).toMatchObject({ schema: "holdpoint/waiver/v1", name: "Robin" });
    const again = await folder.call(waive, ["approval"], { as, reason, expires: "2d" });
    expect(again.out).toContain("It is shown as pass (waived) and counted apart.");
    const both = await folder.call(sign, ["approval"], { as, reason, role: "editor", json: true });
    expect(JSON.parse(both.out)).toMatchObject({ schema: "holdpoint/signature/v1", name: "Robin" });
    const unbound = await folder.call(bind, ["PLAN.md"]);
    expect(unbound.out).toContain("greeting_length");
  });

  it.each([
    ["sign", "approval", { ...WHO, as: " " }, "HP8010", "--as"],
    ["sign", "approval", { ...WHO, reason: "" }, "HP8010", "--reason"],
    ["sign", "approval", { as: "R", reason: "x" }, "HP8015", "--plan"],
    ["sign", "aproval", WHO, "HP8011", "holdpoint inspect PLAN.md --keys"],
    ["sign", "beauty", WHO, "HP8017", "holdpoint gate waive"],
    ["sign", "approval", WHO, "HP8019", "--role editor"],
    ["sign", "approval", { ...WHO, role: "author" }, "HP8019", "is in the role author"],
    ["waive", "beauty", WHO, "HP8010", "--expires"],
    ["waive", "beauty", { ...WHO, expires: "yesterday" }, "HP8012", "7d or 24h"],
    ["waive", "nope", { ...WHO, expires: "7d" }, "HP8011", "nope"],
  ])("refuse gate %s %s with %j before anything is opened", async (which, gate, options, code, says) => {
    const folder = callFolder(FILES);
    const result = await folder.call(which === "sign" ? sign : waive, [gate], options);
    expect(result).toMatchObject({ code: 64, out: "" });
    expect(result.err).toContain(code);
    expect(result.err).toContain(says);
    expect(existsSync(folder.path(".holdpoint"))).toBe(false);
  });

  it("refuse a metric that means two gates", async () => {
    const { err } = await callFolder({ "PLAN.md": TWICE }).call(waive, ["Coverage"], { ...WHO, expires: "7d" });
    expect(err).toContain("HP8020");
  });

  it("go by the criterion that the sidecar gives the gate", async () => {
    const folder = callFolder(FILES);
    await folder.call(bind, ["PLAN.md", "beauty"], { criterion: "1 of artist" });
    const { err } = await folder.call(sign, ["beauty"], WHO);
    expect(err).toContain("asks for a signature in the role artist; this one names none");
  });

  it.each([["sign"], ["waive"]])("are refused inside an attempt (%s)", async (which) => {
    const folder = callFolder(FILES);
    const { code, err } = await folder.call(
      which === "sign" ? sign : waive,
      ["approval"],
      { ...WHO, expires: "7d" },
      { HOLDPOINT_TASK: "GR-2" },
    );
    expect(code).toBe(64);
    expect(err).toContain("HP8013");
  });
});

describe("the end of a waiver", () => {
  const now = Date.parse("2026-06-01T12:00:00Z");

  it.each([
    ["7d", "2026-06-08T12:00:00.000Z"],
    ["90min", "2026-06-01T13:30:00.000Z"],
    ["2026-07-01", "2026-07-01T00:00:00.000Z"],
    [" 2026-06-01T18:00:00Z ", "2026-06-01T18:00:00.000Z"],
  ])("of %s is %s", (text, end) => {
    expect(new Date(parseExpiry(text, now)).toISOString()).toBe(end);
  });

  it.each([
    ["7"],
    ["2026-06-01"],
    ["2026-02-31"],
    ["2027-13-01"],
    ["tomorrow"],
    ["0d"],
    [""],
    ["9999-12-31"],
    ["99999d"],
    ["2030"],
  ])("cannot be %j", (text) => {
    expect(() => parseExpiry(text, now)).toThrow(expect.objectContaining({ code: "HP8012" }));
  });
});
