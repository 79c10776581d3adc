import { dirname, resolve } from "node:path";
import { parseDurationMs } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { commandProblems } from "./command.problems.ts";

/** A positional argument that the command table declares as required. */
export function argument(call: CommandCall, index: number): string {
  const value = call.args[index];
  if (value === undefined) throw new Error(`argument ${index} is missing although it is required`);
  return value;
}

/** An option with a text value, or undefined when it was not given. */
export function optional(call: CommandCall, name: string): string | undefined {
  const value = call.options[name];
  return typeof value === "string" ? value : undefined;
}

/**
 * An option that the command cannot do without.
 *
 * @throws HP8010 when it was not given or is blank
 */
export function required(call: CommandCall, name: string, flag: string): string {
  const value = optional(call, name);
  if (value === undefined || value.trim() === "") throw problem(commandProblems, "HP8010", { flag }, { field: flag });
  return value;
}

/** The values of an option that may be given several times. */
export function list(call: CommandCall, name: string): readonly string[] {
  const value = call.options[name];
  return Array.isArray(value) ? value : [];
}

/** Bounds of a duration, milliseconds, and what to write, such as `Give a duration from 1s to 1h.` */
export interface DurationBounds {
  readonly leastMs: number;
  readonly mostMs: number;
  readonly expected: string;
}

/**
 * The milliseconds of an option with a duration, or undefined when it was not given.
 *
 * @throws HP8012 for what is no duration within the bounds
 */
export function durationMs(
  call: CommandCall,
  name: string,
  { leastMs, mostMs, expected }: DurationBounds,
): number | undefined {
  const text = optional(call, name);
  if (text === undefined) return undefined;
  const ms = parseDurationMs(text);
  if (ms !== null && ms >= leastMs && ms <= mostMs) return ms;
  const flag = `--${name}`;
  throw problem(commandProblems, "HP8012", { flag, value: text, expected }, { field: flag });
}

/**
 * The one of the words that an option knows which was given, whatever its case.
 *
 * @throws HP8012 for what is none of them
 */
export function oneOf<Word extends string>(flag: string, text: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === text.trim().toLowerCase());
  if (word !== undefined) return word;
  const params = { flag, value: JSON.stringify(text), expected: `Write one of ${words.join(", ")}.` };
  throw problem(commandProblems, "HP8012", params, { field: flag });
}

/**
 * The whole number of an option, or undefined when it was not given.
 *
 * @throws HP8012 for what is no whole number within the bounds
 */
export function wholeNumber(
  call: CommandCall,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const text = optional(call, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const params = { flag, value: JSON.stringify(text), expected: `Write a whole number from ${least} to ${most}.` };
  throw problem(commandProblems, "HP8012", params, { field: flag });
}

/** Whether the result goes to standard output as one JSON object. */
export function wantsJson(call: CommandCall): boolean {
  return call.options["json"] === true;
}

/** The folder that the commands of a folder of agent manifests run in: the one that holds it unless `--dir` says otherwise. */
export function fleetDir(call: CommandCall, folder: string): string {
  return resolve(call.cwd, optional(call, "dir") ?? dirname(folder));
}
