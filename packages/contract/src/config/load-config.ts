import { problem } from "@holdpoint/core";
import { z } from "zod";
import { strictShape } from "../strict-shape.ts";
import { readYamlAs } from "../yaml-reading.ts";
import { configProblems } from "./config.problems.ts";
import { SETTINGS, type Setting } from "./settings.ts";

/** Name of the configuration file. */
export const CONFIG_FILE = "holdpoint.config.yaml";

/** Where values come from; later ones win: file, environment, options. */
export interface ConfigSources {
  /** Name and text of the file; null when there is none. */
  readonly file: { readonly name: string; readonly text: string } | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Options by the names of their settings; those that were not given are absent. */
  readonly flags: Readonly<Record<string, string | undefined>>;
}

/** One setting with the value it has, and why. */
export interface ExplainedSetting {
  readonly name: string;
  readonly env: string;
  readonly flag: string;
  /** As it is written, a password in it hidden; null when it has none. */
  readonly value: string | null;
  readonly source: "default" | "file" | "env" | "flag";
  /** File and line, variable or option; null for a default. */
  readonly place: string | null;
  readonly unit: string | null;
  readonly about: string;
}

/** The configuration of a process. */
export interface Config {
  /** The value of a setting; null when it has none. */
  get<T>(setting: Setting<T>): T | null;
  /** Every setting, in the order of the reference. */
  explain(): readonly ExplainedSetting[];
}

/** A setting as it is written somewhere. */
export interface WrittenSetting {
  readonly text: string;
  readonly source: ExplainedSetting["source"];
  /** As in {@link ExplainedSetting.place}. */
  readonly place: string | null;
}

/**
 * Puts the configuration together.
 *
 * @throws HP8101 when the file is not YAML, HP8102 when it has a key that is not known, HP8103 when a value does not fit
 */
export function loadConfig(sources: ConfigSources): Config {
  const file = sources.file === null ? new Map<string, WrittenSetting>() : readFile(sources.file);
  const chosen = new Map<string, WrittenSetting>();
  for (const setting of SETTINGS) {
    const found = choose(setting, file, sources);
    if (found === null) continue;
    readSetting(setting, found);
    chosen.set(setting.name, found);
  }
  return {
    get: (setting) => {
      const found = chosen.get(setting.name);
      return found === undefined ? null : setting.kind.read(found.text);
    },
    explain: () =>
      SETTINGS.map((setting) => {
        const { name, env, kind, about } = setting;
        const { text, source, place } = chosen.get(name) ?? { text: null, source: "default" as const, place: null };
        const value = text === null ? null : shown(setting, text);
        return { name, env, flag: `--${name}`, value, source, place, unit: kind.unit, about };
      }),
  };
}

/** The value of one setting. @throws HP8103 when it does not fit; a password in it is not told */
export function readSetting<T>(setting: Setting<T>, { text, source, place }: WrittenSetting): T {
  const value = setting.kind.read(text);
  if (value !== null) return value;
  const params = { place: place ?? setting.name, value: shown(setting, text), expected: setting.kind.expected };
  throw problem(configProblems, "HP8103", params, source === "file" ? placeOf(place) : { field: place ?? "" });
}

function choose(
  setting: Setting,
  file: ReadonlyMap<string, WrittenSetting>,
  { env, flags }: ConfigSources,
): WrittenSetting | null {
  const flag = flags[setting.name];
  if (flag !== undefined) return { text: flag, source: "flag", place: `--${setting.name}` };
  const variable = env[setting.env];
  // An empty variable is how shells and container files say that there is none.
  if (variable !== undefined && variable !== "") return { text: variable, source: "env", place: setting.env };
  const written = file.get(setting.name);
  if (written !== undefined) return written;
  return setting.standard === null ? null : { text: setting.standard, source: "default", place: null };
}

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const fileShape = strictShape(
  Object.fromEntries(SETTINGS.map(({ name }) => [name, z.union([scalar, z.array(scalar)]).optional()])),
);

function readFile({
  name,
  text,
}: {
  readonly name: string;
  readonly text: string;
}): ReadonlyMap<string, WrittenSetting> {
  if (/^\s*(?:#.*\s*)*$/.test(text)) return new Map();
  const reading = readYamlAs(fileShape, text);
  if (!reading.ok) {
    const [{ kind, line, field, what }, ...rest] = reading.faults;
    const more = rest.length === 0 ? "" : ` (${rest.length} more in this file)`;
    const where = field === "" ? what : `${field} ${what}`;
    const code = kind === "syntax" ? "HP8101" : kind === "key" ? "HP8102" : "HP8103";
    const params = { file: name, what: kind === "syntax" ? what : where, more };
    const values = { place: `${name}:${line}: ${field}`, value: "a map", expected: "one value or a list of values" };
    throw problem(configProblems, code, code === "HP8103" ? values : params, { file: name, line });
  }
  const written = new Map<string, WrittenSetting>();
  for (const [key, value] of Object.entries(reading.value)) {
    if (value === undefined) continue;
    const line = reading.lineOf([key]);
    const place = `${name}:${line}`;
    written.set(key, { text: Array.isArray(value) ? value.join(",") : String(value), source: "file", place });
  }
  return written;
}

function placeOf(place: string | null): { file: string; line: number } | Record<string, never> {
  const match = /^(.*):(\d+)$/.exec(place ?? "");
  return match === null ? {} : { file: match[1] ?? "", line: Number(match[2]) };
}

function shown({ isSecret }: Setting, text: string): string {
  if (!isSecret) return text;
  return /^[a-z]+:\/\//.test(text) ? text.replace(/:\/\/[^/?#]*@/, "://[hidden]@") : "[hidden]";
}
