import { readFileSync, writeFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { Collected, callFolder } from "../commands/call.testing.ts";
import { planPlace } from "../place/plan-place.ts";
import { revokeTrust } from "../trust/trust-file.ts";
import { decideConsent } from "./consent.ts";

function decide(
  folder: ReturnType<typeof callFolder>,
  commands: readonly string[],
  options: Readonly<Record<string, boolean>> = {},
): { readonly err: Collected; readonly decision: ReturnType<typeof decideConsent> } {
  const err = new Collected();
  const env = { XDG_CONFIG_HOME: folder.home };
  const call = { args: [], options, out: new Collected(), err, env, cwd: folder.dir };
  return { err, decision: decideConsent(call, planPlace("PLAN.md", folder.dir), commands) };
}

const { stdin } = process;

afterEach(() => void Object.defineProperty(process, "stdin", { value: stdin, configurable: true }));

/** Decides at a terminal, at which this is typed. */
async function decideAsked(
  folder: ReturnType<typeof callFolder>,
  commands: readonly string[],
  answer: string,
): Promise<Awaited<ReturnType<typeof decideConsent>>> {
  const value = Object.assign(new PassThrough(), { isTTY: true });
  Object.defineProperty(process, "stdin", { value, configurable: true });
  const err = Object.assign(new Collected(), { isTTY: true });
  const call = { args: [], options: {}, out: err, err, env: { XDG_CONFIG_HOME: folder.home }, cwd: folder.dir };
  const decision = decideConsent(call, planPlace("PLAN.md", folder.dir), commands);
  value.write(`${answer}\n`);
  return await decision;
}

test("without a word of the user nothing is trusted, each command named once", async () => {
  const { trust, refused } = await decide(callFolder(), ["a", "b", "a"]).decision;
  expect([refused, trust.consentTo("a")]).toEqual([["a", "b"], "unknown"]);
});

test("--trust allows everything for this call, and --remember all of it for later ones", async () => {
  const folder = callFolder();
  expect((await decide(folder, ["a"], { trust: true }).decision).refused).toEqual([]);
  expect((await decide(folder, ["a"]).decision).refused).toEqual(["a"]);
  await decide(folder, ["a"], { trust: true, remember: true }).decision;
  const { trust, refused } = await decide(folder, ["a", "b"]).decision;
  expect([refused, trust.consentTo("a"), trust.consentTo("b")]).toEqual([["b"], "trusted", "unknown"]);
});

test("a trust file that the user did not write is told and grants nothing", async () => {
  const folder = callFolder();
  await decide(folder, ["a"], { trust: true, remember: true }).decision;
  const file = planPlace("PLAN.md", folder.dir).trustFile;
  writeFileSync(file, readFileSync(file, "utf8").replace("command: a", "command: b"));
  const { err, decision } = decide(folder, ["a"]);
  expect([(await decision).refused, err.text().includes("HP210")]).toEqual([["a"], true]);
});

test("who answers no allows nothing, who answers yes allows it as it is and as it will be", async () => {
  const folder = callFolder({ "a.sh": "true\n" });
  const no = await decideAsked(folder, ["sh a.sh"], "");
  expect([no.refused, no.trust.consentTo("sh a.sh")]).toEqual([["sh a.sh"], "unknown"]);
  const yes = await decideAsked(folder, ["sh a.sh"], "y");
  folder.write("a.sh", "false\n");
  expect([yes.refused, yes.trust.consentTo("sh a.sh"), yes.again().consentTo("sh a.sh")]).toEqual([
    [],
    "trusted",
    "trusted",
  ]);
  expect((await decide(folder, ["sh a.sh"]).decision).refused).toEqual(["sh a.sh"]);
});

test("who answers always allows it as it is now, until a script changes or the consent is taken back", async () => {
  const folder = callFolder({ "a.sh": "true\n" });
  const unpinned = "$SHELL a.sh";
  const { trust, refused, again } = await decideAsked(folder, ["sh a.sh", unpinned], "a");
  expect([refused, trust.consentTo("sh a.sh"), trust.consentTo(unpinned)]).toEqual([[], "trusted", "trusted"]);
  folder.write("a.sh", "false\n");
  expect([trust.consentTo("sh a.sh"), again().consentTo("sh a.sh")]).toEqual(["changed", "changed"]);
  folder.write("a.sh", "true\n");
  expect(again().consentTo("sh a.sh")).toBe("trusted");
  revokeTrust(planPlace("PLAN.md", folder.dir));
  // What cannot be remembered was agreed to for this call.
  expect([again().consentTo("sh a.sh"), again().consentTo(unpinned)]).toEqual(["unknown", "trusted"]);
});
