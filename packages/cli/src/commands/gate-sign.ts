import { problem } from "@holdpoint/core";
import { openEvidenceBook, witnessRecord } from "@holdpoint/server";
import type { CommandCall } from "../command.ts";
import { oneLine } from "../output/plain-text.ts";
import { commandProblems } from "./command.problems.ts";
import { asksForWitness, personCall, withPerson } from "./person-call.ts";

/** `holdpoint gate sign KEY --as NAME --reason …`: records that a named person saw what the gate asks for. */
export async function run(call: CommandCall): Promise<number> {
  const person = personCall(call, "gate sign");
  const { gate, planPath } = person;
  if (!asksForWitness(gate.criterion)) {
    const params = { key: gate.key, line: gate.line, text: gate.text };
    throw problem(commandProblems, "HP8017", params, { file: planPath, line: gate.line });
  }
  const digest = await withPerson(call, person, async ({ app }, planId, word) => {
    const record = witnessRecord(word);
    await (await openEvidenceBook(app.gates, planId)).add([record], [gate.key]);
    return record.digest;
  });
  if (call.options["json"] === true) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/signature/v1", gate: gate.key, name: person.name, digest })}\n`);
  } else {
    call.out.write(`${oneLine(person.name)} signed ${gate.key} (${oneLine(gate.text)}), ${digest.slice(0, 19)}.\n`);
    call.out.write(`See what it opens: holdpoint verify ${planPath}, or go on with: holdpoint run ${planPath}\n`);
  }
  return 0;
}
