import { operations } from "@holdpoint/contract";
import { createClient } from "@holdpoint/sdk";
import { type PlaceMaker, type PlaceValues } from "./places.ts";
import { missingEvents, play, send } from "./play.ts";
import type { Exchange, Json, RecordedRequest, RecordedStream } from "./recording.types.ts";
import { type RecordingProxy } from "./recording-proxy.ts";

/** How long a stream may keep quiet, milliseconds. */
const QUIET_MS = 20_000;
const ACCEPT = { accept: "text/event-stream" } as const;

/** One block of a stream: what stands between two empty lines. */
export function blocksOf(lines: readonly string[]): readonly string[] {
  return lines
    .join("\n")
    .split("\n\n")
    .filter((block) => block !== "");
}

/**
 * Reads a stream until it has said so much.
 *
 * @param then is called once the stream has said its first block
 */
export async function readStream(
  response: Response,
  blocks: number,
  then: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly string[]> {
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error("a stream has no body");
  const decoder = new TextDecoder();
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`a stream said no ${blocks} blocks`)), QUIET_MS).unref();
  });
  let text = "";
  let isBegun = false;
  while (text.split("\n\n").length <= blocks) {
    const { done, value } = await Promise.race([reader.read(), late]);
    if (done) break;
    text += decoder.decode(value, { stream: true });
    if (!isBegun && text.includes("\n\n")) {
      isBegun = true;
      await then();
    }
  }
  await reader.cancel();
  return text.split("\n\n").slice(0, blocks).join("\n\n").split("\n");
}

/** Records what a server tells over its streams: the log so far, and an order to a runner. */
export async function recordStreams(
  url: string,
  token: string,
  places: PlaceMaker,
  proxy: RecordingProxy,
): Promise<readonly RecordedStream[]> {
  const authorization = `Bearer ${token}`;
  const asked = (path: string): RecordedRequest => {
    return { method: "GET", path, headers: { authorization: places.text(authorization), ...ACCEPT }, body: null };
  };
  const open = async (path: string): Promise<Response> =>
    await fetch(`${url}${path}`, { headers: { authorization, ...ACCEPT } });
  const client = createClient({ url: proxy.url, token, tries: 1 });

  const session = "/v1/runners/host/session";
  let act: Exchange | null = null;
  const orders = await readStream(await open(session), 2, async () => {
    await client.call(operations.pauseAgent, { params: { agent: "ann" } });
    act = proxy.exchanges.at(-1) ?? null;
  });

  const log = "/v1/events?cursor=0";
  const there = await logOf(url, token);
  const events = await readStream(await open(log), there.length + 1);
  const normal = (lines: readonly string[]): readonly string[] => lines.map((line) => normalLine(line, places));
  return [
    { operation: operations.followRunner.id, request: asked(session), act, lines: normal(orders) },
    { operation: operations.listEvents.id, request: asked(log), act: null, lines: normal(events) },
  ];
}

function normalLine(line: string, places: PlaceMaker): string {
  if (line.startsWith("id: ")) return "id: {{cursor}}";
  const data = /^data: (\{.*\})$/.exec(line)?.[1];
  return data === undefined ? places.text(line) : `data: ${JSON.stringify(places.json(JSON.parse(data)))}`;
}

/** Follows a stream as it was followed; answers what a client of the recorded version would miss in it. */
export async function playStream(
  url: string,
  token: string,
  { request, act, lines }: RecordedStream,
  values: PlaceValues,
): Promise<readonly string[]> {
  const recorded = blocksOf(lines);
  const missing: string[] = [];
  // A later server may tell of more that happened.
  const count = act === null ? (await logOf(url, token)).length + 1 : recorded.length;
  const response = await send(url, request, values);
  const told = await readStream(response, count, async () => {
    if (act !== null) missing.push(...(await play(url, act, values)));
  });
  const [was, is] = [recorded.map(readBlock), blocksOf(told).map(readBlock)];
  const names = new Set(is.map(({ event }) => event));
  const unnamed = was.filter(({ event }) => !names.has(event)).map(({ event }) => `no event ${event ?? "at all"}`);
  return [...missing, ...unnamed, ...missingEvents(dataOf(was), dataOf(is))];
}

function dataOf(blocks: readonly Block[]): readonly Json[] {
  return blocks.flatMap(({ data }) => (data === null ? [] : [data]));
}

interface Block {
  /** Null for a comment. */
  readonly event: string | null;
  readonly data: Json;
}

function readBlock(block: string): Block {
  const data = /^data: (.*)$/m.exec(block)?.[1];
  return { event: /^event: (.*)$/m.exec(block)?.[1] ?? null, data: data === undefined ? null : JSON.parse(data) };
}

async function logOf(url: string, token: string): Promise<readonly unknown[]> {
  const { items } = await createClient({ url, token }).call(operations.listEvents, {
    query: { cursor: 0, limit: 1_000 },
  });
  return items;
}
