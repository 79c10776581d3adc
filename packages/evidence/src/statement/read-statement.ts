import { evidenceRecordSchema } from "@holdpoint/contract";
import type { HoldpointError } from "@holdpoint/core";
import { canonicalJson, problem } from "@holdpoint/core";

import { digestBytes } from "../artifact/digest.ts";
import { evidenceProblems } from "../evidence.problems.ts";
import type { AddressedStatement } from "./build-statement.ts";

/**
 * Reads an evidence record and makes sure that it is one.
 *
 * @param json the record as text, UTF-8 bytes or parsed JSON
 * @param expected the digest that it is kept under, when that is known
 * @throws HoldpointError HP3007 for anything that is no record, HP3008 when it is another one than expected
 */
export function readStatement(json: unknown, expected: string | null = null): AddressedStatement {
  const result = evidenceRecordSchema.safeParse(parsed(json));
  if (!result.success) {
    const [issue] = result.error.issues;
    const field = issue?.path.map(String).join(".") ?? "";
    throw refused(field === "" ? (issue?.message ?? "no object") : `${field}: ${issue?.message ?? ""}`, field);
  }
  const statement = result.data;
  const digest = digestBytes(canonicalJson(statement));
  if (expected !== null && digest !== expected) {
    throw problem(evidenceProblems, "HP3008", { expected, actual: digest });
  }
  return { statement, digest };
}

function parsed(json: unknown): unknown {
  if (typeof json !== "string" && !(json instanceof Uint8Array)) return json;
  try {
    return JSON.parse(typeof json === "string" ? json : new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (error) {
    throw refused(error instanceof SyntaxError ? "it is not JSON" : "it is not UTF-8", "");
  }
}

function refused(cause: string, field: string): HoldpointError {
  return problem(evidenceProblems, "HP3007", { cause: cause.replace(/\.$/, "") }, field === "" ? {} : { field });
}
