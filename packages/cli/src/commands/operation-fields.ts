import type { Operation } from "@holdpoint/contract";
import { z } from "zod";

/** Where a field of a request stands. */
export type Part = "params" | "query" | "body";

/** Every {@link Part}, in the order in which fields are shown. */
export const PARTS: readonly Part[] = ["params", "query", "body"];

/** What a field takes, as far as a shell has to know. */
export interface FieldSchema {
  readonly type?: unknown;
  readonly anyOf?: readonly FieldSchema[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
}

/** One field of an operation's request. */
export interface OperationField {
  readonly name: string;
  readonly part: Part;
  readonly isRequired: boolean;
  readonly about: string;
  readonly schema: FieldSchema;
}

/** The fields of a request, whichever part they stand in: no operation has one name in two parts. */
export function fieldsOf(operation: Operation): readonly OperationField[] {
  return PARTS.flatMap((part) => {
    const shape = operation[part];
    if (shape === undefined) return [];
    const { properties = {}, required = [] } = z.toJSONSchema(shape, { io: "input", unrepresentable: "any" });
    return Object.entries(properties).map(([name, schema]) => {
      const told = typeof schema === "object" ? schema : {};
      return { name, part, isRequired: required.includes(name), about: told.description ?? "", schema: told };
    });
  });
}

/** Whether a field takes text and nothing else. */
export function isTextField({ type, anyOf, enum: values }: FieldSchema): boolean {
  if (anyOf !== undefined) return anyOf.every((one) => isTextField(one) || one.type === "null");
  return type === "string" || values?.every((value) => typeof value === "string") === true;
}

/** Whether a field takes a list, so that it may be given several times. */
export function isListField({ type, anyOf = [] }: FieldSchema): boolean {
  return type === "array" || anyOf.some(isListField);
}

/** What a field takes, in a word or two. */
export function kindOf({ type, anyOf, enum: values, default: standard }: FieldSchema): string {
  const usual = standard === undefined ? "" : `, else ${JSON.stringify(standard)}`;
  if (values !== undefined) return `${values.map(String).join("|")}${usual}`;
  if (anyOf !== undefined) return `${[...new Set(anyOf.map((one) => kindOf(one)))].join(" or ")}${usual}`;
  const names = (Array.isArray(type) ? type : [type ?? "anything"]).map((one) => WORDS[String(one)] ?? String(one));
  return `${names.join(" or ")}${usual}`;
}

const WORDS: Readonly<Record<string, string>> = {
  string: "text",
  array: "list",
  integer: "whole number",
  object: "JSON",
  boolean: "true or false",
};
