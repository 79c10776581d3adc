import type { PlaceValues } from "./places.ts";
import type { Exchange, Json, RecordedRequest } from "./recording.types.ts";
import { ANSWERED } from "./recording-proxy.ts";

/** Fields by whose value clients go on; of all others the type counts. */
const DECIDING: ReadonlySet<string> = new Set([
  "attempt",
  "change",
  "changed",
  "claimed",
  "code",
  "created",
  "freshness",
  "kind",
  "ok",
  "order",
  "outcome",
  "paused",
  "retryable",
  "severity",
  "state",
  "status",
  "stream",
  "type",
  "verdict",
  "verified",
]);
const PLACE = /\{\{\w+(?:\.\d+)?\}\}/;

/** Sends a recorded request to a server. */
export async function send(
  url: string,
  { method, path, headers, body }: RecordedRequest,
  values: PlaceValues,
): Promise<Response> {
  const filled = Object.entries(headers).map(([name, value]): [string, string] => [name, values.text(value)]);
  return await fetch(`${url}${values.text(path)}`, {
    method,
    headers: Object.fromEntries(filled),
    ...(body === null ? {} : { body: JSON.stringify(values.json(body)) }),
  });
}

/** Sends a recorded request, learns from the answer, and says what a client of the recorded version would miss in it. */
export async function play(url: string, exchange: Exchange, values: PlaceValues): Promise<readonly string[]> {
  const { request, response: recorded } = exchange;
  const response = await send(url, request, values);
  const text = await response.text();
  const missing: string[] = [];
  if (response.status !== recorded.status)
    missing.push(`status: ${response.status} instead of ${recorded.status}: ${text}`);
  for (const name of ANSWERED) {
    const was = recorded.headers[name];
    const is = response.headers.get(name);
    if (was !== undefined && is === null) missing.push(`header ${name}`);
    else if (name === "content-type" && was !== undefined && mediaType(was) !== mediaType(is ?? "")) {
      missing.push(`content-type: ${is ?? "none"} instead of ${was}`);
    }
  }
  if (recorded.body === null) return missing;
  const body: unknown = JSON.parse(text);
  values.learn(recorded.body, body);
  const isLog = exchange.operation === "listEvents";
  return [
    ...missing,
    ...(isLog ? missingEvents(itemsOf(recorded.body), itemsOf(body)) : missingIn(recorded.body, body)),
  ];
}

function mediaType(header: string): string {
  return (header.split(";")[0] ?? "").trim();
}

/**
 * What a log does not tell that the recorded one told. What no request caused comes when it comes, so it is left out, and
 * so is the order of what happened side by side.
 */
export function missingEvents(recorded: readonly unknown[], told: readonly unknown[]): readonly string[] {
  const left = new Set(told);
  return recorded.flatMap((one) => {
    const event = asRecord(one);
    if (fieldOf(event, "trace") === null) return [];
    // A report that its request has not settled yet may be settled by the server's own round, which has no trace.
    const untraced = "trace" in event ? { ...event, trace: null } : event;
    const found = [...left].find((candidate) => missingIn(untraced, candidate).length === 0);
    if (found === undefined) return [`no event ${String(fieldOf(event, "kind"))}: ${JSON.stringify(event)}`];
    left.delete(found);
    return [];
  });
}

function itemsOf(page: unknown): readonly unknown[] {
  const items = typeof page === "object" && page !== null && "items" in page ? page.items : null;
  return Array.isArray(items) ? items : [];
}

function asRecord(value: unknown): Readonly<Record<string, Json>> {
  const record: Readonly<Record<string, Json>> = JSON.parse(JSON.stringify(value));
  return record;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined;
}

/** What is not in a value that was in the recorded one; more than that may be. */
export function missingIn(recorded: Json, answered: unknown, path = ""): readonly string[] {
  // What was nothing may be something by now, but it has to be said.
  if (recorded === null) return answered === undefined ? [`${path} is missing`] : [];
  if (typeof recorded !== "object") {
    if (typeof answered !== typeof recorded) return [`${path} is ${kindOf(answered)} instead of ${typeof recorded}`];
    const name = path.split(".").at(-1) ?? "";
    const isVolatile = typeof recorded === "string" && PLACE.test(recorded);
    if (!DECIDING.has(name) || isVolatile || answered === recorded) return [];
    return [`${path} is ${JSON.stringify(answered)} instead of ${JSON.stringify(recorded)}`];
  }
  if (typeof answered !== "object" || answered === null || Array.isArray(recorded) !== Array.isArray(answered)) {
    return [`${path} is ${kindOf(answered)} instead of ${kindOf(recorded)}`];
  }
  const given = new Map<string, unknown>(Object.entries(answered));
  return Object.entries(recorded).flatMap(([key, part]) =>
    missingIn(part, given.get(key), path === "" ? key : `${path}.${key}`),
  );
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : value === undefined ? "missing" : typeof value;
}
