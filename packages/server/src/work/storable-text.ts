import { problem } from "@holdpoint/core";
import { workRoomProblems } from "./work.problems.ts";

/** In JSON as it is written: NUL, and surrogates without their other half, which alone are escaped. */
const UNSTORABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/**
 * Checks that PostgreSQL can keep every text of a value.
 *
 * @param where what the value is, for people
 * @returns the value as JSON
 * @throws HoldpointError HP5023
 */
export function storableJson(value: unknown, where: string): string {
  const text = JSON.stringify(value);
  if (UNSTORABLE.test(text)) throw problem(workRoomProblems, "HP5023", { where });
  return text;
}
