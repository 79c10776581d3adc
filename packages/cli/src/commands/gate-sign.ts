import { problem } from "@holdpoint/core";
import { openEvidenceBook, witnessRecord } from "@holdpoint/server";
import type { CommandCall } from "../command.ts";
import { oneLine, shellWord } from "../output/plain-text.ts";
import { optional, wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";
import { isolationNote, type PersonCall, personCall, rolesAsked, withPerson } from "./person-call.ts";

/** `holdpoint gate sign KEY --as NAME --reason …`: records that a named person saw what the gate asks for. */
export async function run(call: CommandCall): Promise<number> {
  const person = personCall(call, "gate sign");
  checkThatItCounts(call, person);
  const { gate, judged, planPath } = person;
  const { digest, isolation } = await withPerson(call, person, async ({ app }, planId, word) => {
    const record = witnessRecord(word);
    await (await openEvidenceBook(app.gates, planId)).add([record], [gate.key]);
    return { digest: record.digest, isolation: word.isolation };
  });
  if (wantsJson(call)) {
    call.out.write(
      `${JSON.stringify({ schema: "holdpoint/signature/v1", gate: gate.key, name: person.name, isolation, digest })}\n`,
    );
  } else {
    call.out.write(`${oneLine(person.name)} signed ${gate.key} (${oneLine(judged.text)}), ${digest.slice(0, 19)}.\n`);
    call.out.write(isolationNote(person, isolation) ?? "");
    const plan = shellWord(planPath);
    call.out.write(`See what it opens: holdpoint verify ${plan}, or go on with: holdpoint run ${plan}\n`);
  }
  return 0;
}

/** @throws HP8017 when the gate asks for no signature, HP8019 when it asks for one in another role */
function checkThatItCounts(call: CommandCall, { gate, judged, planPath }: PersonCall): void {
  const at = { file: planPath, line: gate.line };
  const asked = rolesAsked(judged.criterion);
  if (asked.length === 0) {
    throw problem(commandProblems, "HP8017", { key: gate.key, line: gate.line, text: judged.text, plan: planPath }, at);
  }
  const role = optional(call, "role")?.trim().toLowerCase();
  if (asked.some((wanted) => wanted === null || wanted.toLowerCase() === role)) return;
  const wanted = [...new Set(asked)].join(" or ");
  const given = role === undefined || role === "" ? "names none" : `is in the role ${role}`;
  throw problem(commandProblems, "HP8019", { key: gate.key, line: gate.line, role: wanted, given }, at);
}
