import { statSync } from "node:fs";
import { resolve } from "node:path";
import { checksOf, HoldpointError } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { loadFleet } from "../engine/load-fleet.ts";
import { loadPlan } from "../engine/load-plan.ts";
import { oneLine, shellWord } from "../output/plain-text.ts";
import { problemJson, problemText } from "../output/problem-text.ts";
import { styleFor } from "../output/style.ts";
import { fleetPlace, type PlanPlace, planPlace } from "../place/plan-place.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { trustArguments } from "../place/trust-arguments.ts";
import { consentText } from "../trust/consent-text.ts";
import { scriptsOf } from "../trust/scripts-of.ts";
import {
  type Consent,
  NO_TRUST,
  readFleetTrust,
  readPlanTrust,
  readTrust,
  revokeTrust,
  type Trust,
  writeTrust,
} from "../trust/trust-file.ts";
import { argument, fleetDir, wantsJson } from "./arguments.ts";
import { refuseInsideAttempt } from "./person-call.ts";

/** A command that the plan or an agent names, and how it stands with the user. */
interface TrustRow {
  readonly command: string;
  readonly consent: Consent;
  /** The files of the plan's folder that it names; a changed one takes the consent away. */
  readonly scripts: readonly string[];
}

/**
 * `holdpoint trust PLAN`: shows what would run, and remembers the consent to exactly that. Exit code 2 when there is a
 * trust file that does not count. With a folder of agent manifests in place of the plan, for `holdpoint agent run`.
 */
export async function run(call: CommandCall): Promise<number> {
  refuseInsideAttempt(call, "trust");
  const named = resolve(call.cwd, argument(call, 0));
  const isFleet = statSync(named, { throwIfNoEntry: false })?.isDirectory() === true;
  const place = isFleet ? fleetPlace(named, fleetDir(call, named)) : planPlace(named, call.cwd);
  const name = displayPath(place.planFile, call.cwd);
  if (call.options["revoke"] === true)
    return await revoke(call, place, name, isFleet ? () => leftByPlan(call, place) : () => null);

  const commands = isFleet ? await commandsOfFleet(place, call.cwd) : await commandsOfPlan(place, call.cwd);
  const agree = call.options["yes"] === true;
  if (agree) writeTrust(place, commands, call.env);
  const { trust, refusal } = trustOrRefusal(place, call.env, isFleet ? readFleetTrust : readTrust);
  const rows = commands.map((command): TrustRow => {
    const scripts = scriptsOf(command, place.dir).map((script) => script.path);
    return { command, consent: trust.consentTo(command), scripts };
  });
  if (wantsJson(call)) {
    const problems = refusal === null ? [] : [problemJson(refusal)];
    call.out.write(`${JSON.stringify({ schema: "holdpoint/trust-list/v1", plan: name, commands: rows, problems })}\n`);
  } else {
    const remembered = agree ? displayPath(place.trustFile, call.cwd) : null;
    tell(call, name, rows, advice(trustArguments(place, call.cwd), rows, remembered));
  }
  if (refusal === null) return 0;
  call.err.write(problemText(refusal, styleFor(call.err, call.env)));
  return refusal.definition.exit;
}

async function commandsOfPlan(place: PlanPlace, cwd: string): Promise<readonly string[]> {
  const { plan, sidecar } = loadPlan(place, cwd);
  const checks = checksOf(plan, sidecar).map((check) => consentText(check));
  const fleet = await loadFleet(place, undefined, cwd);
  return [...new Set([...checks, ...fleet.commands])];
}

async function commandsOfFleet(place: PlanPlace, cwd: string): Promise<readonly string[]> {
  return [...new Set((await loadFleet(place, place.planFile, cwd)).commands)];
}

/** What a plan still grants to a folder of manifests. */
interface Left {
  readonly plan: string;
  /** Null when the manifests cannot be read, so that nobody can say. */
  readonly commands: readonly string[] | null;
}

/** Takes the consent back; neither plan nor manifests need be readable for that. */
async function revoke(
  call: CommandCall,
  place: PlanPlace,
  name: string,
  leftOf: () => Left | null | Promise<Left | null>,
): Promise<number> {
  const revoked = revokeTrust(place);
  const left = await leftOf();
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/trust-revoked/v1", plan: name, revoked, left })}\n`);
  } else if (left === null) {
    call.out.write(revoked ? `Nothing of ${name} is trusted any more.\n` : `Nothing of ${name} was trusted.\n`);
  } else {
    const head = revoked ? `What you agreed to for ${name} is taken back.` : `You agreed to nothing for ${name} alone.`;
    call.out.write(`${head}\n${leftText(left)}\n`);
  }
  return 0;
}

function leftText({ plan, commands }: Left): string {
  const back = `To take that back too: holdpoint trust ${shellWord(plan)} --revoke`;
  if (commands === null)
    return `What you agreed to for ${plan} may still count; the manifests cannot be read.\n${back}`;
  return `What you agreed to for ${plan} still counts:\n${commands.map((one) => `  ${oneLine(one)}`).join("\n")}\n${back}`;
}

async function leftByPlan(call: CommandCall, place: PlanPlace): Promise<Left | null> {
  const trust = readPlanTrust(place, call.env);
  if (trust.plan === null) return null;
  const plan = oneLine(displayPath(trust.plan, call.cwd));
  try {
    const commands = (await commandsOfFleet(place, call.cwd)).filter((one) => trust.consentTo(one) === "trusted");
    return commands.length === 0 ? null : { plan, commands };
  } catch (error) {
    if (!(error instanceof HoldpointError)) throw error;
    return { plan, commands: null };
  }
}

function tell(call: CommandCall, name: string, rows: readonly TrustRow[], next: string): void {
  if (rows.length === 0) {
    call.out.write(`${name} names no commands, so there is nothing to agree to.\n`);
    return;
  }
  for (const row of rows) {
    const files = row.scripts.length === 0 ? "" : `   (with ${row.scripts.map(oneLine).join(", ")})`;
    call.out.write(`${row.consent.padEnd(8)} ${oneLine(row.command)}${files}\n`);
  }
  call.out.write(`\n${next}\n`);
}

function advice(named: string, rows: readonly TrustRow[], remembered: string | null): string {
  if (remembered !== null) return `Remembered in ${remembered}. A changed command or script has to be agreed to again.`;
  if (rows.every((row) => row.consent === "trusted"))
    return `You agreed to all of these. To take it back: holdpoint trust ${named} --revoke`;
  return `To agree to these as they are now: holdpoint trust ${named} --yes`;
}

/** What the trust file grants; one that does not count grants nothing and is told. */
function trustOrRefusal(
  place: PlanPlace,
  env: NodeJS.ProcessEnv,
  read: typeof readTrust,
): { trust: Trust; refusal: HoldpointError | null } {
  try {
    return { trust: read(place, env), refusal: null };
  } catch (error) {
    if (!(error instanceof HoldpointError)) throw error;
    return { trust: NO_TRUST, refusal: error };
  }
}
