import { randomUUID } from "node:crypto";
import type { Json } from "./recording.types.ts";

/** Kinds of values that differ each time, by their looks. A longer one that holds another comes first. */
const KINDS = [
  ["secret", /whsec_[A-Za-z0-9+/]{32,}={0,2}/],
  // The cursor of a page: a list in base64url.
  ["page", /(?<![A-Za-z0-9_-])W[yz][A-Za-z0-9_-]{20,}/],
  ["token", /hp_[a-z]{3}_[A-Za-z0-9]{30,}/],
  ["digest", /sha256:[0-9a-f]{64}/],
  ["id", /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/],
  ["time", /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/],
  ["trace", /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/],
] as const;
const ANY = new RegExp(KINDS.map(([kind, looks]) => `(?<${kind}>${looks.source})`).join("|"), "g");
const PLACE = /\{\{(\w+)(?:\.(\d+))?\}\}/g;
/** Numbers that differ each time. */
const VOLATILE_NUMBERS: ReadonlySet<string> = new Set(["seq", "uptimeMs", "tookMs", "leftMs", "uptime_seconds"]);
const HOUR_MS = 3_600_000;

/** Puts places where the values of one recording differ each time: the same value is the same place. */
export class PlaceMaker {
  readonly #places = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  text(text: string): string {
    return text.replaceAll(ANY, (value: string, ...more: unknown[]) => {
      const groups: unknown = more.at(-1);
      const found = Object.entries(typeof groups === "object" && groups !== null ? groups : {}).find(
        ([, one]) => one !== undefined,
      );
      return this.#placeOf(found?.[0] ?? "id", value);
    });
  }

  json(value: unknown, key = ""): Json {
    if (typeof value === "string") return key === "next" && /^\d+$/.test(value) ? "{{cursor}}" : this.text(value);
    if (typeof value === "number") return VOLATILE_NUMBERS.has(key) ? 1 : value;
    if (value === null || typeof value === "boolean") return value;
    if (Array.isArray(value)) return value.map((part) => this.json(part));
    if (typeof value !== "object") throw new Error(`${typeof value} is no JSON`);
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, this.json(part, name)]));
  }

  #placeOf(kind: string, value: string): string {
    // Times and traces are never sent back, so that one need not be told from another.
    if (kind === "time" || kind === "trace") return `{{${kind}}}`;
    const known = this.#places.get(value);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const place = `{{${kind}.${count}}}`;
    this.#places.set(value, place);
    return place;
  }
}

/** What the places of a recording stand for while it is played. */
export class PlaceValues {
  readonly #values: Map<string, string>;

  constructor(known: Readonly<Record<string, string>> = {}) {
    this.#values = new Map(Object.entries(known));
  }

  /** Fills the places of a request; what no answer has named is made up. */
  text(template: string): string {
    return template.replaceAll(PLACE, (place, kind: string, count: string | undefined) => {
      const known = this.#values.get(place);
      if (known !== undefined) return known;
      const made = madeUp(kind, Number(count ?? 1));
      if (count !== undefined) this.#values.set(place, made);
      return made;
    });
  }

  json(template: Json): Json {
    if (typeof template === "string") return this.text(template);
    if (Array.isArray(template)) return template.map((part: Json) => this.json(part));
    if (typeof template !== "object" || template === null) return template;
    return Object.fromEntries(Object.entries(template).map(([name, part]) => [name, this.json(part)]));
  }

  /** Learns from an answer what the places of the recorded one stand for. */
  learn(recorded: Json, answered: unknown): void {
    if (typeof recorded === "string") {
      if (typeof answered === "string") this.#learnText(recorded, answered);
      return;
    }
    if (typeof recorded !== "object" || recorded === null || typeof answered !== "object" || answered === null) return;
    const given = new Map<string, unknown>(Object.entries(answered));
    for (const [key, part] of Object.entries(recorded)) this.learn(part, given.get(key));
  }

  #learnText(template: string, text: string): void {
    const places = [...template.matchAll(PLACE)].map(([place]) => place);
    if (places.length === 0) return;
    const parts = template.split(/\{\{\w+(?:\.\d+)?\}\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const match = new RegExp(`^${parts.join("(.+?)")}$`, "s").exec(text);
    places.forEach((place, at) => {
      const value = match?.[at + 1];
      // A time that was answered is past when the next one is sent.
      if (value !== undefined && place !== "{{time}}" && !this.#values.has(place)) this.#values.set(place, value);
    });
  }
}

function madeUp(kind: string, count: number): string {
  switch (kind) {
    case "token":
      return `hp_run_${"0".repeat(40)}${count}`;
    case "secret":
      return `whsec_${Buffer.alloc(24, count).toString("base64")}`;
    case "digest":
      return `sha256:${String(count).padStart(64, "0")}`;
    case "time":
      // Whatever a client sends as a time is one that is still to come.
      return new Date(Date.now() + HOUR_MS).toISOString();
    case "trace":
      return "1".repeat(32);
    case "cursor":
      return String(count);
    default:
      return randomUUID();
  }
}
