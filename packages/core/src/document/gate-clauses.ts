import { normaliseMetric } from "../criteria/metric-name.ts";
import { asksForPeople, readWitness } from "../criteria/read-witness.ts";
import { QUALIFIER } from "../criteria/words.ts";
import type { StatedGate } from "./stated-gate.ts";

/** What people have to say in a text, what of it is not understood, and the text without either. */
export interface PeopleReading {
  readonly gates: readonly StatedGate[];
  readonly rest: string;
}

const PARTS = /\s\+\s|[,;]\s(?:and\s)?|\sand\s|\s&\s/i;

/**
 * Takes the demands on people out of a text: `coverage >= 80% and 2 of 3 reviewers`. What asks for people and is not
 * understood is a gate without criterion, so that no number in it stands for the whole.
 *
 * @param sense `counted`: a role alone (`approved by legal`) is no gate
 */
export function takePeople(text: string, key: string | null, sense: "counted" | "any"): PeopleReading {
  // `Sign-off: 1 of lead within 48h before the switch`: the key names it, and the time before which it is asked is no part.
  const said = text
    .replace(/^[^:：]{2,60}[:：]\s+(?=\d|two|three|four|five)/u, "")
    .replace(/\s(?:before|prior to)\s.{3,120}$/i, "");
  const whole = readWitness(text, sense) ?? (said === text ? null : readWitness(said, sense));
  if (whole !== null) return { gates: [{ metric: key ?? nameOf(text), text, criterion: whole }], rest: "" };
  if (!asksForPeople(text)) return { gates: [], rest: text };
  const gates: StatedGate[] = [];
  const rest: string[] = [];
  // With an alternative nobody can tell which part it belongs to.
  for (const part of /\bor\b/i.test(text) ? [text] : text.split(PARTS)) {
    const criterion = readWitness(part, sense);
    if (criterion !== null) gates.push({ metric: nameOf(part), text: part.trim(), criterion });
    else rest.push(part);
  }
  const left = rest.join(", ");
  if (!asksForPeople(left)) return { gates, rest: left };
  const unclear = sense === "any" || /\d|\b(?:two|three|four|five|six)\b/i.test(left);
  return {
    gates: unclear ? [{ metric: key ?? nameOf(text), text, criterion: null }] : gates,
    rest: unclear ? "" : left,
  };
}

function nameOf(text: string): string | null {
  const metric = normaliseMetric(text.split(/\s+/).slice(0, 8).join(" "));
  return metric === "" ? null : metric;
}

const DEMANDS = /[<>≤≥≦≧⩽⩾]|\d\s?[%％]|\bfor\s\d|\bover\s(?:the\s)?\d/;

/** How a clause begins that only says how, where or why. */
const REMARKS =
  /^(?:measured|monitored|tracked|verified|checked|according|as|see|via|using|by|on|in|at|under|across|with|without|including|excluding|e\.g|i\.e|incl|excl|based|per|from|for|over|of|to|when|while|because|since|so|which|that|who|where|after|before|within|even|not|no|then|currently|now|up|down|was|is|and|or|but|if|p\d\d)\b/i;

/**
 * The parts of a text that ask for something and of which nothing was typed, as one gate without criterion: the parts
 * that were typed must never stand for the whole.
 * A clause without a number asks for something too: `coverage >= 80%, feels good`.
 */
export function untypedRest(text: string, key: string | null, stated: readonly StatedGate[]): StatedGate[] {
  if (stated.length === 0 || stated.some(({ criterion }) => criterion === null || criterion.kind === "window"))
    return [];
  const left = text
    .split(/\s\+\s|[,;]\s|\sand\s(?=[^,;]*\d)|\s&\s/i)
    .filter(
      (part, at) =>
        (DEMANDS.test(part) || (at > 0 && isClause(part))) &&
        !stated.some((gate) => part.includes(gate.text) || gate.text.includes(part.trim())),
    );
  if (left.length === 0) return [];
  const rest = left.map((part) => part.trim()).join(" + ");
  return [{ metric: key ?? nameOf(rest), text: rest, criterion: null }];
}

function isClause(part: string): boolean {
  const text = part.trim();
  const open = (text.match(/[([]/g)?.length ?? 0) === (text.match(/[)\]]/g)?.length ?? 0);
  return open && /^\p{L}{2,}\s\p{L}/u.test(text) && !REMARKS.test(text);
}

/** Puts the key in front of a name that only narrows it: `p99` in `Latency: p95 <200ms, p99 <1s`. */
export function underKey(key: string, name: string | null): string {
  if (name === null || name === "") return key;
  return name.split("_").every((word) => QUALIFIER.test(word)) ? normaliseMetric(`${key} ${name}`) : name;
}

/** Gates of one name that ask for different things are one gate that asks for all of it. */
export function joined(stated: readonly StatedGate[], text: string): StatedGate[] {
  const out: StatedGate[] = [];
  for (const gate of stated) {
    const at = out.findIndex((other) => other.metric === gate.metric);
    const same = out[at];
    const { criterion } = gate;
    if (
      same === undefined ||
      same.criterion === null ||
      criterion === null ||
      !measures(criterion) ||
      !measures(same.criterion)
    ) {
      out.push(gate);
      continue;
    }
    if (JSON.stringify(same.criterion) === JSON.stringify(criterion)) continue;
    const parts = [same.criterion, criterion].flatMap((one) =>
      one.kind === "composite" && one.op === "all" ? one.of : [one],
    );
    out[at] = {
      metric: gate.metric,
      text,
      criterion: { kind: "composite", op: "all", value: null, unit: null, of: parts },
    };
  }
  return out;
}

function measures({ kind }: { kind: string }): boolean {
  return kind === "absolute" || kind === "composite";
}
