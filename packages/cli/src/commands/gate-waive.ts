import { parseDurationMs } from "@holdpoint/contract";
import { parseInstant, problem } from "@holdpoint/core";
import { openEvidenceBook, waiverRecord } from "@holdpoint/server";
import type { CommandCall } from "../command.ts";
import { oneLine } from "../output/plain-text.ts";
import { required, wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";
import { isolationNote, personCall, withPerson } from "./person-call.ts";

/** `holdpoint gate waive KEY --as NAME --reason … --expires …`: lets a gate pass without evidence until then. */
export async function run(call: CommandCall): Promise<number> {
  const person = personCall(call, "gate waive");
  const expires = required(call, "expires", "--expires");
  // Before the database is opened, so that a slip costs nothing.
  parseExpiry(expires, Date.now());
  const { gate } = person;
  const waived = await withPerson(call, person, async ({ app }, planId, word) => {
    const expiresAt = parseExpiry(expires, word.at);
    const record = waiverRecord(word, expiresAt);
    await (await openEvidenceBook(app.gates, planId)).add([record], [gate.key], expiresAt);
    return { digest: record.digest, isolation: word.isolation, until: new Date(expiresAt).toISOString() };
  });
  if (wantsJson(call)) {
    const object = {
      schema: "holdpoint/waiver/v1",
      gate: gate.key,
      name: person.name,
      expires: waived.until,
      isolation: waived.isolation,
      digest: waived.digest,
    };
    call.out.write(`${JSON.stringify(object)}\n`);
  } else {
    call.out.write(
      `${oneLine(person.name)} waived ${gate.key} until ${waived.until}, ${waived.digest.slice(0, 19)}.\n`,
    );
    call.out.write(isolationNote(person, waived.isolation) ?? "");
    call.out.write("It is shown as pass (waived) and counted apart.\n");
  }
  return 0;
}

/** A duration from now, or a date. @throws HP8012 when it is neither, or not in the future */
export function parseExpiry(text: string, now: number): number {
  const duration = parseDurationMs(text);
  const at = duration === null ? parseDate(text.trim()) : now + duration;
  if (at !== null && at > now && at - now <= LONGEST_MS) return at;
  throw problem(
    commandProblems,
    "HP8012",
    {
      flag: "--expires",
      value: text,
      expected: "Write a duration such as 7d or 24h, or a date in the future such as 2027-01-31.",
    },
    { field: "--expires" },
  );
}

/** Ten years, as for durations: a waiver is for a limited time. */
const LONGEST_MS = 3650 * 86_400_000;

/** `2027-01-31`, meaning the beginning of that day in UTC, or `2027-01-31T18:00:00Z`. Days that no month has are none. */
function parseDate(text: string): number | null {
  return parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
}
