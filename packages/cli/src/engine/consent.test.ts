import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Collected, callFolder } from "../commands/call.testing.ts";
import { planPlace } from "../place/plan-place.ts";
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
