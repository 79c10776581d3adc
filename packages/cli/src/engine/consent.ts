import { createInterface } from "node:readline/promises";
import { HoldpointError } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { oneLine } from "../output/plain-text.ts";
import { problemText } from "../output/problem-text.ts";
import { styleFor } from "../output/style.ts";
import type { PlanPlace } from "../place/plan-place.ts";
import { isPinned } from "../trust/scripts-of.ts";
import { ALL_TRUST, type Consent, NO_TRUST, readTrust, type Trust, writeTrust } from "../trust/trust-file.ts";

/** What the user agreed to for this call. */
export interface ConsentDecision {
  readonly trust: Trust;
  /** Commands that may not run, in the order given. */
  readonly refused: readonly string[];
  /** The trust as it stands at a later moment: what was agreed to for this call stays, what is remembered is read again. */
  readonly again: () => Trust;
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
    return FOR_THIS_CALL;
  }
  const again = (): Trust => trustOf(call, place, read);
  const trust = trustOf(call, place, read, (error) => call.err.write(problemText(error, styleFor(call.err, call.env))));
  const refused = refusedOf(distinct, trust);
  if (refused.length === 0 || !canAsk(call)) return { trust, refused, again };
  const answer = await ask(
    call,
    refused.map((command) => [command, trust.consentTo(command)]),
  );
  if (answer === "no") return { trust, refused, again };
  if (answer === "once") return FOR_THIS_CALL;
  writeTrust(place, distinct, call.env);
  // What cannot be pinned cannot be remembered either; it was agreed to for this call.
  const once = new Set(distinct.filter((command) => !isPinned(command)));
  const kept = (): Trust => withThese(once, again());
  const remembered = kept();
  return { trust: remembered, refused: refusedOf(distinct, remembered), again: kept };
}

function refusedOf(commands: readonly string[], trust: Trust): readonly string[] {
  return commands.filter((command) => trust.consentTo(command) !== "trusted");
}

const FOR_THIS_CALL: ConsentDecision = { trust: ALL_TRUST, refused: [], again: () => ALL_TRUST };

function withThese(commands: ReadonlySet<string>, trust: Trust): Trust {
  return { consentTo: (command) => (commands.has(command) ? "trusted" : trust.consentTo(command)) };
}

/** The trust file's word; one that does not count grants nothing. */
function trustOf(
  call: CommandCall,
  place: PlanPlace,
  read: typeof readTrust,
  onRefusal: (error: HoldpointError) => void = () => undefined,
): Trust {
  try {
    return read(place, call.env);
  } catch (error) {
    if (!(error instanceof HoldpointError)) throw error;
    onRefusal(error);
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
