import { createInterface } from "node:readline/promises";
import { HoldpointError } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { oneLine } from "../output/plain-text.ts";
import { problemText } from "../output/problem-text.ts";
import { styleFor } from "../output/style.ts";
import type { PlanPlace } from "../place/plan-place.ts";
import { ALL_TRUST, type Consent, NO_TRUST, readTrust, type Trust, writeTrust } from "../trust/trust-file.ts";

/** What the user agreed to for this call. */
export interface ConsentDecision {
  readonly trust: Trust;
  /** Commands that may not run, in the order given. */
  readonly refused: readonly string[];
}

/**
 * Finds out which commands may run: all with `--trust`, else those in the trust file, else what the user says when
 * there is a terminal to ask on. Without any of these nothing runs.
 *
 * @param read how the trust file is read
 */
export async function decideConsent(
  call: CommandCall,
  place: PlanPlace,
  commands: readonly string[],
  read: typeof readTrust = readTrust,
): Promise<ConsentDecision> {
  const distinct = [...new Set(commands)];
  if (call.options["trust"] === true) {
    if (call.options["remember"] === true) writeTrust(place, distinct, call.env);
    return { trust: ALL_TRUST, refused: [] };
  }
  const trust = trustOf(call, place, read);
  const refused = distinct.filter((command) => trust.consentTo(command) !== "trusted");
  if (refused.length === 0 || !canAsk(call)) return { trust, refused };
  const answer = await ask(
    call,
    refused.map((command) => [command, trust.consentTo(command)]),
  );
  if (answer === "no") return { trust, refused };
  if (answer === "always") writeTrust(place, distinct, call.env);
  return { trust: ALL_TRUST, refused: [] };
}

/** The trust file's word; one that does not count is told and grants nothing. */
function trustOf(call: CommandCall, place: PlanPlace, read: typeof readTrust): Trust {
  try {
    return read(place, call.env);
  } catch (error) {
    if (!(error instanceof HoldpointError)) throw error;
    call.err.write(problemText(error, styleFor(call.err, call.env)));
    return NO_TRUST;
  }
}

function canAsk(call: CommandCall): boolean {
  const machine = call.options["json"] === true || call.options["events"] === true;
  return !machine && process.stdin.isTTY && "isTTY" in call.err && call.err.isTTY === true;
}

async function ask(
  call: CommandCall,
  commands: readonly (readonly [string, Consent])[],
): Promise<"once" | "always" | "no"> {
  const lines = commands.map(
    ([command, consent]) => `  ${oneLine(command)}${consent === "changed" ? "   (changed since you agreed)" : ""}`,
  );
  call.err.write(`These commands would run on this machine, as you:\n${lines.join("\n")}\n`);
  const prompt = createInterface({ input: process.stdin, output: call.err });
  try {
    const answer = (await prompt.question("Run them? [y] this once, [a] always as they are now, [N] no: "))
      .trim()
      .toLowerCase();
    if (answer === "a" || answer === "always") return "always";
    return answer === "y" || answer === "yes" ? "once" : "no";
  } finally {
    prompt.close();
  }
}
