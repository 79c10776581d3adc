import { describe, expect, test } from "vitest";
import { metricsOf, workshop } from "../shared/workshop.testing.ts";

// Put together here, so that no scanner finds them in this file.
const TOKEN = ["not", "for", "launch", "admin"].join("-");
const SOURCE = `export const adminToken = "${TOKEN}";\n`;
const MADE_UP: readonly (readonly [rule: string, text: string])[] = [
  ["private-key", joined("-----BEGIN RSA PRIV", "ATE KEY-----")],
  ["aws-access-key", joined("AK", "IAQ7N3XW5RTB2LM4ZC")],
  ["github-token", joined("ghp", "_", "a1B2c3D4e5".repeat(4))],
  ["address-with-password", joined("postgres://robin:", "tr0ub4dor", "@db.local/app")],
  ["bearer-literal", joined("Authorization: Bearer ", "x7Kq2mP9vL4wN8sT")],
  ["json-web-token", joined('"eyJhbGciOiJIUzI1', ".eyJzdWIiOiIxMjM0", '.c2lnbmF0dXJl"')],
  ["random-literal", joined('const x = "', "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5", '"')],
];

function joined(...parts: readonly string[]): string {
  return parts.join("");
}

describe("secret-scan", () => {
  test("finds a credential, and its report does not repeat it", async () => {
    const shop = workshop({ "src/config.mjs": `\n${SOURCE}`, "src/other.mjs": "export const a = 1;\n" });
    const { outcome, evidence, stdout } = await shop.attempt("secret-scan", { args: ["src"] });
    expect(outcome).toBe("failed");
    expect(evidence).toMatchObject({ findings: "1", files_scanned: "2", rules: "12" });
    const report = shop.read("build/secrets.sarif");
    expect(report + stdout).not.toContain(TOKEN);
    expect(JSON.parse(report)).toMatchObject({
      version: "2.1.0",
      runs: [
        {
          results: [
            {
              ruleId: "credential-literal",
              locations: [
                { physicalLocation: { artifactLocation: { uri: "src/config.mjs" }, region: { startLine: 2 } } },
              ],
            },
          ],
        },
      ],
    });
    const reading = await shop.reading("build/secrets.sarif");
    expect([reading.anomalies, metricsOf(reading)]).toEqual([[], expect.objectContaining({ findings: 1 })]);
  });

  test("gives zero findings together with the proof that it looked", async () => {
    const shop = workshop({ "a.mjs": "export const port = 1;\n" });
    const { exit, metrics } = await shop.check("secret-scan");
    expect([exit, metrics]).toMatchObject([0, { findings: "0", rules: "12", files_scanned: "1" }]);
    const reading = await shop.reading("build/secrets.sarif");
    expect([reading.anomalies, metricsOf(reading)]).toMatchObject([[], { findings: 0, rules: 12, files_scanned: 1 }]);
  });

  test.each(MADE_UP)("knows %s", async (rule, text) => {
    const { exit, stderr } = await workshop({ "a.txt": `${text}\n` }).check("secret-scan");
    expect([exit, stderr]).toEqual([1, expect.stringContaining(`a.txt:1: ${rule}`)]);
  });

  test.each([
    ["a placeholder", 'const password = "<your password>";'],
    ["an example", 'const apiKey = "example-key-0001";'],
    ["a word without chance in it", 'const secret = "aaaaaaaaaa";'],
    ["a name of a variable", "const token = process.env.TOKEN;"],
    ["a sentence", 'const passwordHint = "the name of your first dog";'],
    ["an address with a variable", "const url = `https://robin:${password}@host/`;"],
  ])("does not take %s for a credential", async (_what, text) => {
    expect((await workshop({ "a.mjs": `${text}\n` }).check("secret-scan")).metrics).toMatchObject({ findings: "0" });
  });

  test("allows exactly the finding that the list names, with its reason in the report", async () => {
    const shop = workshop({ "a.mjs": SOURCE });
    const fingerprint = /fingerprint (\w+)/.exec((await shop.check("secret-scan")).stderr)?.[1];
    const entry = { file: "a.mjs", rule: "credential-literal", fingerprint, reason: "only used by the tests" };
    shop.write("secret-scan.allow.json", JSON.stringify([entry]));
    const { exit, metrics } = await shop.check("secret-scan");
    expect([exit, metrics]).toMatchObject([0, { findings: "0", findings_suppressed: "1" }]);
    expect(shop.read("build/secrets.sarif")).toContain("only used by the tests");
    expect(metricsOf(await shop.reading("build/secrets.sarif"))).toMatchObject({ findings: 0, findings_suppressed: 1 });
    shop.write("a.mjs", SOURCE.replace(TOKEN, TOKEN.toUpperCase()));
    const changed = await shop.check("secret-scan");
    expect([changed.exit, changed.stderr]).toEqual([1, expect.stringContaining("allowed, and not found")]);
  });

  test.each([
    ["has no reason", '[{"file":"a","rule":"b","fingerprint":"c","reason":" "}]', "entry 1 has no reason"],
    ["is no list", "{}", "must hold a list"],
    ["is no JSON", "[", "is not JSON"],
  ])("does not work with a list that %s", async (_what, list, says) => {
    const shop = workshop({ "a.mjs": "", "secret-scan.allow.json": list });
    const { exit, stdout, stderr } = await shop.check("secret-scan");
    expect([exit, stdout, stderr]).toEqual([2, "", expect.stringContaining(says)]);
    expect((await shop.check("secret-scan", ["--health"])).exit).toBe(1);
  });

  test("gives no report when there was nothing to look at", async () => {
    const { exit, stdout } = await workshop({ "a.bin": new Uint8Array([0, 1]) }).check("secret-scan", [
      "--report",
      "-",
    ]);
    expect([exit, stdout]).toEqual([2, ""]);
  });
});
