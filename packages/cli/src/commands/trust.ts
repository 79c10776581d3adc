import { checksOf } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { loadFleet } from "../engine/load-fleet.ts";
import { loadPlan } from "../engine/load-plan.ts";
import { oneLine } from "../output/plain-text.ts";
import { planPlace } from "../place/plan-place.ts";
import { displayPath } from "../place/read-plan-file.ts";
import { scriptsOf } from "../trust/scripts-of.ts";
import { type Consent, NO_TRUST, readTrust, revokeTrust, type Trust, writeTrust } from "../trust/trust-file.ts";
import { argument } from "./arguments.ts";
import { refuseInsideAttempt } from "./person-call.ts";

/** `holdpoint trust PLAN`: shows what would run, and remembers the consent to exactly that. */
export async function run(call: CommandCall): Promise<number> {
  refuseInsideAttempt(call, "trust");
  const place = planPlace(argument(call, 0), call.cwd);
  const name = displayPath(place.planFile, call.cwd);
  const { plan, sidecar } = loadPlan(place, call.cwd);
  const checks = checksOf(plan, sidecar).map((check) => check.run);
  const fleet = await loadFleet(place, undefined, call.cwd);
  const commands = [...new Set([...checks, ...fleet.commands])];
  if (call.options["revoke"] === true) {
    revokeTrust(place);
    call.out.write(`Nothing of ${name} is trusted any more.\n`);
    return 0;
  }
  const trust = trustOrNone(call, () => readTrust(place, call.env));
  const rows = commands.map((command) => ({
    command,
    consent: trust.consentTo(command),
    scripts: scriptsOf(command, place.dir).map((script) => script.path),
  }));
  if (call.options["yes"] === true) writeTrust(place, commands, call.env);
  if (call.options["json"] === true) {
    const after = call.options["yes"] === true ? rows.map((row) => ({ ...row, consent: "trusted" as Consent })) : rows;
    call.out.write(`${JSON.stringify({ schema: "holdpoint/trust-list/v1", plan: name, commands: after })}\n`);
    return 0;
  }
  if (rows.length === 0) call.out.write(`${name} names no commands.\n`);
  for (const row of rows) {
    const files = row.scripts.length === 0 ? "" : `   (with ${row.scripts.join(", ")})`;
    call.out.write(`${row.consent.padEnd(8)} ${oneLine(row.command)}${files}\n`);
  }
  call.out.write(
    call.options["yes"] === true
      ? `\nRemembered in ${displayPath(place.trustFile, call.cwd)}. A changed command or script has to be agreed to again.\n`
      : `\nTo agree to these as they are now: holdpoint trust ${name} --yes\n`,
  );
  return 0;
}

function trustOrNone(call: CommandCall, read: () => Trust): Trust {
  try {
    return read();
  } catch (error) {
    if (call.options["yes"] !== true) throw error;
    return NO_TRUST;
  }
}
