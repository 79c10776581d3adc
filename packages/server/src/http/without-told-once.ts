import type { Operation } from "@holdpoint/contract";
import type { WrittenAnswer } from "./guards.ts";

/** An answer as it may be kept: with null wherever its operation tells something once. */
export function withoutToldOnce(answer: WrittenAnswer, { toldOnce = [] }: Pick<Operation, "toldOnce">): WrittenAnswer {
  if (toldOnce.length === 0 || answer.text === "") return answer;
  const body: unknown = JSON.parse(answer.text);
  for (const field of toldOnce) blank(body, field.split("."));
  return { ...answer, text: JSON.stringify(body) };
}

function blank(value: unknown, [name = "", ...rest]: readonly string[]): void {
  if (Array.isArray(value) && name === "*") for (const one of value) blank(one, rest);
  else if (isRecord(value) && rest.length > 0) blank(value[name], rest);
  else if (isRecord(value) && name in value) value[name] = null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
