import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { OPERATIONS, type Operation } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { serverOf } from "../connect/server-of.ts";
import { manyLines, oneLine } from "../output/plain-text.ts";
import { styleFor } from "../output/style.ts";
import { tableLines } from "../output/table.ts";
import { optional, wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";
import {
  fieldsOf,
  isListField,
  isTextField,
  kindOf,
  type OperationField,
  PARTS,
  type Part,
} from "./operation-fields.ts";

/** `holdpoint call [OPERATION] [FIELD=VALUE…]`: calls an operation of a server from a shell; without one, lists them. */
export async function run(call: CommandCall): Promise<number> {
  const [name, ...given] = call.args;
  if (name === undefined) return listOperations(call);
  const operation = operationOf(name);
  if (call.options["fields"] === true) return listFields(call, operation);
  const input = inputOf(call, operation, given);
  const answer: unknown = await serverOf(call, "holdpoint call").call(operation, input, keyOf(call));
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/answer/v1", operation: name, answer: answer ?? null })}\n`);
  } else if (typeof answer === "string") {
    // A server is not to be trusted with the terminal; into a file or pipe goes every byte.
    const isTerminal = "isTTY" in call.out && call.out.isTTY === true;
    call.out.write(isTerminal ? `${manyLines(answer)}\n` : answer);
  } else if (answer !== null && answer !== undefined) {
    call.out.write(`${JSON.stringify(answer, null, 2)}\n`);
  }
  return 0;
}

function listOperations(call: CommandCall): number {
  const callable = OPERATIONS.filter((operation) => !isStream(operation));
  if (wantsJson(call)) {
    const operations = callable.map(({ id, method, path, scope, summary }) => ({ id, method, path, scope, summary }));
    call.out.write(`${JSON.stringify({ schema: "holdpoint/operations/v1", operations })}\n`);
    return 0;
  }
  const rows = callable.map(({ id, scope, summary }) => [id, scope ?? "–", summary]);
  const columns = [{ header: "operation" }, { header: "scope" }, { header: "", flexible: true as const }];
  const lines = tableLines(columns, rows, styleFor(call.out, call.env));
  call.out.write(`${[...lines, "", "holdpoint call OPERATION --fields shows what one takes."].join("\n")}\n`);
  return 0;
}

function listFields(call: CommandCall, operation: Operation): number {
  const fields = fieldsOf(operation);
  if (wantsJson(call)) {
    const told = fields.map(({ name, part, isRequired, schema, about }) => {
      return { name, part, isRequired, takes: kindOf(schema), about };
    });
    call.out.write(`${JSON.stringify({ schema: "holdpoint/fields/v1", operation: operation.id, fields: told })}\n`);
    return 0;
  }
  const rows = fields.map(({ name, isRequired, schema, about }) => [
    name,
    isRequired ? "needed" : "",
    kindOf(schema),
    oneLine(about),
  ]);
  const columns = [{ header: "field" }, { header: "" }, { header: "takes" }, { header: "", flexible: true as const }];
  const lines = tableLines(columns, rows, styleFor(call.out, call.env));
  const answered = `${operation.method} ${operation.path}: ${operation.summary}`;
  call.out.write(`${[answered, "", ...(lines.length === 0 ? ["It takes no fields."] : lines)].join("\n")}\n`);
  return 0;
}

/** @throws HP8012 */
function operationOf(name: string): Operation {
  const found = OPERATIONS.find(({ id }) => id === name);
  if (found !== undefined && !isStream(found)) return found;
  const expected =
    found === undefined
      ? "`holdpoint call` without one lists the operations that there are."
      : `It is a stream that never ends: read it with curl, from ${found.path}.`;
  throw refusal("the operation", name, expected);
}

function isStream({ produces }: Operation): boolean {
  return produces === "text/event-stream";
}

/** @throws HP8012 for a field that the operation does not have, or a value that does not fit it; or a file that cannot be read */
function inputOf(call: CommandCall, operation: Operation, given: readonly string[]): Readonly<Record<Part, unknown>> {
  const known = new Map<string, OperationField>(fieldsOf(operation).map((field) => [field.name, field]));
  const whole = bodyOf(call);
  const input: Record<Part, Record<string, unknown>> = { params: {}, query: {}, body: { ...whole } };
  for (const text of given) {
    const at = text.indexOf("=");
    const name = at < 0 ? text : text.slice(0, at);
    const field = known.get(name);
    if (at < 0 || field === undefined) {
      const names = [...known.keys()].join(", ") || "none";
      throw refusal("a field", text, `Write FIELD=VALUE; the fields of ${operation.id} are: ${names}.`);
    }
    const value = valueOf(text.slice(at + 1), field.schema, (path) => read(call, path));
    const part = input[field.part];
    const before = part[name];
    part[name] = isListField(field.schema) && before !== undefined ? [before, value].flat() : value;
  }
  for (const part of PARTS) checkPart(operation, part, input[part]);
  const hasBody = operation.body !== undefined && operation.method !== "GET";
  return { ...input, body: hasBody ? input.body : undefined };
}

/** @throws HP8012 with what does not fit */
function checkPart(operation: Operation, part: Part, value: unknown): void {
  const checked = operation[part]?.safeParse(value);
  if (checked?.success !== false) return;
  const [issue] = checked.error.issues;
  const field = issue?.path.join(".") ?? "";
  const expected = `${issue?.message ?? "It does not fit"}. \`holdpoint call ${operation.id} --fields\` shows what it takes.`;
  throw refusal(`${operation.id} ${field}`.trim(), valueAt(value, issue?.path ?? []), expected);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (isRecord(at) ? at[String(key)] : undefined), value);
}

/** Text where the field takes text and nothing else, else JSON; `@FILE` is the text of a file. */
function valueOf(text: string, schema: OperationField["schema"], file: (path: string) => string): unknown {
  const whole = text.startsWith("@") ? file(text.slice(1)) : text;
  if (isTextField(schema)) return whole;
  try {
    return JSON.parse(whole);
  } catch {
    return whole;
  }
}

/** The body that `--body` gives: JSON, or `@FILE`. @throws HP8012 */
function bodyOf(call: CommandCall): Readonly<Record<string, unknown>> {
  const text = optional(call, "body");
  if (text === undefined) return {};
  const body = valueOf(text, {}, (path) => read(call, path));
  if (isRecord(body)) return body;
  throw refusal("--body", text, "Write a JSON object, or @FILE with one in it.");
}

/** @throws HP8012 */
function read(call: CommandCall, path: string): string {
  try {
    return readFileSync(resolve(call.cwd, path), "utf8");
  } catch {
    throw refusal("a file", path, "Name a file that is there and can be read.");
  }
}

function keyOf(call: CommandCall): { readonly idempotencyKey?: string; readonly ifMatch?: string } {
  const [key, etag] = [optional(call, "idempotencyKey"), optional(call, "ifMatch")];
  return {
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(etag === undefined ? {} : { ifMatch: etag }),
  };
}

function refusal(flag: string, value: unknown, expected: string): Error {
  const shown = value === undefined ? "left out" : JSON.stringify(value);
  return problem(commandProblems, "HP8012", { flag, value: shown, expected }, { field: flag });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
