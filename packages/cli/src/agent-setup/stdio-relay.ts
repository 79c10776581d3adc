import { createInterface } from "node:readline";
import { HoldpointError, problem } from "@holdpoint/core";
import type { KnownServer } from "../connect/find-server.ts";
import { agentSetupProblems } from "./agent-setup.problems.ts";
import { fieldOf, isMessage, type Message } from "./message.ts";
import { reasonOf, sendMessage } from "./send-message.ts";

/** What the relay works with. */
export interface RelayParts {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Where the server is now: it may have been started anew meanwhile. @throws when it is not known */
  readonly server: () => KnownServer;
  /** Is told, for people, of what went wrong. */
  readonly onProblem: (error: HoldpointError) => void;
}

/** JSON-RPC: an error of the server that JSON-RPC has no number for. */
const SERVER_ERROR = -32_000;
const PARSE_ERROR = -32_700;
/** How long requests may go on after the input has ended, milliseconds. */
const GRACE_MS = 2_000;

/**
 * Carries Model Context Protocol messages between standard input and output and a server's `/mcp`, in both revisions: it
 * knows no tools and keeps nothing but the revision that was agreed on.
 *
 * @returns when the input has ended and every request is answered
 */
export async function relayStdio(parts: RelayParts): Promise<void> {
  const running = new Map<unknown, AbortController>();
  const open = new Set<Promise<void>>();
  const agreed: { version: string | null } = { version: null };
  const write = (message: unknown): void => void parts.output.write(`${JSON.stringify(message)}\n`);

  const carry = async (message: Message): Promise<void> => {
    const id = message["id"];
    const stop = new AbortController();
    if (id !== undefined) running.set(id, stop);
    try {
      const answers = sendMessage(parts.server(), message, agreed.version, stop.signal);
      for await (const answer of untilAborted(answers, stop.signal)) {
        agreed.version = agreedVersion(message, answer) ?? agreed.version;
        write(answer);
      }
    } catch (error) {
      if (stop.signal.aborted) return;
      const known = asProblem(error);
      parts.onProblem(known);
      if (id !== undefined) write({ jsonrpc: "2.0", id, error: toRpcError(known) });
    } finally {
      running.delete(id);
    }
  };

  for await (const line of createInterface({ input: parts.input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === "") continue;
    const message = parse(line);
    if (message === null) {
      write({ jsonrpc: "2.0", id: null, error: { code: PARSE_ERROR, message: "a line is not a JSON-RPC message" } });
      continue;
    }
    // Over HTTP a request is cancelled by hanging up on it.
    if (message["method"] === "notifications/cancelled") running.get(fieldOf(message["params"], "requestId"))?.abort();
    const carried = carry(message);
    open.add(carried);
    void carried.finally(() => open.delete(carried));
    // What follows an agreement on the revision has to know it.
    if (message["method"] === "initialize") await carried;
  }
  // Who closed its end may still read what it asked for just before, but waits for nothing long.
  const grace = setTimeout(() => {
    for (const stop of running.values()) stop.abort();
  }, GRACE_MS);
  await Promise.all(open);
  clearTimeout(grace);
}

/** Ends with the signal even where what is waited for does not, as a body that ends in the same moment may not. */
async function* untilAborted(answers: AsyncGenerator, signal: AbortSignal): AsyncGenerator {
  const aborted = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  for (;;) {
    const next = await Promise.race([answers.next(), aborted]);
    if (next === null || next.done === true) return;
    yield next.value;
  }
}

function agreedVersion(request: Message, answer: unknown): string | null {
  if (request["method"] !== "initialize") return null;
  const version = fieldOf(fieldOf(answer, "result"), "protocolVersion");
  return typeof version === "string" ? version : null;
}

function parse(line: string): Message | null {
  try {
    const message: unknown = JSON.parse(line);
    return isMessage(message) ? message : null;
  } catch {
    return null;
  }
}

function asProblem(error: unknown): HoldpointError {
  if (error instanceof HoldpointError) return error;
  return problem(agentSetupProblems, "HP9323", { url: "the known address", why: reasonOf(error) }, { cause: error });
}

function toRpcError({ code, message, remedy }: HoldpointError): unknown {
  return { code: SERVER_ERROR, message: `${message} ${remedy}`, data: { code } };
}
