import type { ServedAnswer, SimulatedServer } from "./simulated-server.ts";
import type { VirtualProcess } from "./virtual-time.ts";
import type { World } from "./world.ts";
import { PLANE } from "./world-shape.ts";

/** One request on its way, until it is answered or given up. */
interface Exchange {
  readonly client: VirtualProcess;
  readonly server: SimulatedServer;
  /** Aborted when the server hears that the client hung up. */
  readonly hungUp: AbortController;
  isOver: boolean;
  isBlind: boolean;
  fail: (why: string) => void;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly key: string | null;
  readonly body: string | null;
}

/**
 * What lies between clients and servers, behind the one address of all of them. Clients speak to it by `fetch`, so that
 * the real client of the product is what they use.
 */
export class Network {
  readonly #world: World;
  readonly #open = new Set<Exchange>();
  /** The server that each client is kept on until it fails. */
  readonly #kept = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Makes `fetch` of this program that of the world; the answer puts the real one back. */
  install(): () => void {
    const real = globalThis.fetch;
    globalThis.fetch = (url, init) => this.#fetch(typeof url === "string" ? url : PLANE, init ?? {});
    return () => {
      globalThis.fetch = real;
    };
  }

  /** Connections of a server end with it. */
  serverEnded(server: SimulatedServer): void {
    for (const exchange of this.#open) if (exchange.server === server) exchange.fail("the connection was reset");
  }

  /** A server hears that a client is gone: at once, late, or when it writes. */
  clientEnded(client: VirtualProcess): void {
    const { chance } = this.#world;
    for (const exchange of this.#open) {
      if (exchange.client !== client) continue;
      exchange.isOver = true;
      this.#hangUp(exchange, chance.is(0.7) ? chance.skewed(0.2, 20) : chance.whole(500, 5_000));
    }
  }

  /** A cut between a client and a server was made: open connections break, or hang without a word. */
  cutMade(client: string, server: string, silent: boolean): void {
    for (const exchange of this.#open) {
      if (exchange.client.name !== client || exchange.server.name !== server) continue;
      exchange.isBlind = true;
      if (silent) continue;
      exchange.fail("the connection was reset");
      this.#hangUp(exchange, 1);
    }
  }

  #fetch(url: string, init: RequestInit): Promise<Response> {
    const { time, chance } = this.#world;
    const client = time.current;
    const server = this.#serverFor(client.name);
    const headers = new Map(Object.entries((init.headers ?? {}) as Record<string, string>));
    const sent: Sent = {
      method: init.method ?? "GET",
      path: url.slice(url.indexOf("/", "http://".length)),
      key: headers.get("idempotency-key") ?? null,
      body: typeof init.body === "string" ? init.body : null,
    };
    return new Promise((resolve, reject) => {
      const exchange: Exchange = {
        client,
        server,
        hungUp: new AbortController(),
        isOver: false,
        isBlind: false,
        fail: (why) => end(chance.skewed(0.2, 3), () => reject(new Error(why))),
      };
      const signal = init.signal ?? null;
      const leave = (): void => {
        exchange.isOver = true;
        signal?.removeEventListener("abort", aborted);
      };
      const end = (ms: number, act: () => void): void =>
        time.plan(ms, client, () => {
          if (exchange.isOver) return;
          leave();
          this.#open.delete(exchange);
          act();
        });
      const aborted = (): void => {
        if (exchange.isOver) return;
        leave();
        reject(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
        if (!exchange.isBlind) this.#hangUp(exchange, chance.skewed(0.2, 3));
      };
      signal?.addEventListener("abort", aborted, { once: true });
      if (signal?.aborted === true) return aborted();
      this.#open.add(exchange);
      this.#send(exchange, sent, (answer) => this.#answered(exchange, sent, answer, end, resolve, signal));
    });
  }

  /** Stays with a server while it answers; otherwise any that is there. */
  #serverFor(client: string): SimulatedServer {
    const { servers, chance } = this.#world;
    const kept = servers.find((server) => server.name === this.#kept.get(client));
    if (kept?.listening === true && kept.process.alive && chance.is(0.9)) return kept;
    const able = servers.filter((server) => server.listening && server.process.alive);
    const chosen = chance.one(able.length === 0 ? servers : able);
    this.#kept.set(client, chosen.name);
    return chosen;
  }

  #send(exchange: Exchange, sent: Sent, answered: (answer: ServedAnswer) => void): void {
    const { time, faults } = this.#world;
    const { client, server } = exchange;
    const cut = faults.cutBetween(client.name, server.name);
    if (cut !== null) {
      exchange.isBlind = true;
      this.#kept.delete(client.name);
      if (cut === "refused") exchange.fail("the connection was refused");
      return;
    }
    if (!server.listening || !server.process.alive) {
      this.#kept.delete(client.name);
      return exchange.fail("the connection was refused");
    }
    if (faults.strikes("request-lost")) {
      this.#tell("request-lost", sent, exchange);
      exchange.isBlind = true;
      if (faults.chance("request-lost").is(0.5)) exchange.fail("the connection was reset");
      return;
    }
    const arrive = (ms: number, isFirst: boolean): void =>
      time.plan(ms, server.process, () => {
        if (!server.listening) return exchange.fail("the connection was refused");
        const request = isFirst ? { ...sent, hungUp: exchange.hungUp } : { ...sent, hungUp: new AbortController() };
        const serve = async (): Promise<void> => {
          const answer = await server.serve(request);
          if (isFirst) answered(answer);
        };
        void serve();
      });
    arrive(this.#latency(sent, exchange), true);
    if (sent.method !== "GET" && faults.strikes("request-duplicated")) {
      this.#tell("request-duplicated", sent, exchange);
      arrive(this.#latency(sent, exchange) + faults.chance("request-duplicated").skewed(0, 2_000), false);
    }
  }

  #answered(
    exchange: Exchange,
    sent: Sent,
    answer: ServedAnswer,
    end: (ms: number, act: () => void) => void,
    resolve: (response: Response) => void,
    signal: AbortSignal | null,
  ): void {
    const { time, faults } = this.#world;
    if (exchange.isOver) return;
    if ("chunks" in answer) return end(1, () => resolve(this.#stream(exchange, answer.chunks, signal)));
    // Whoever is cut off meanwhile hears nothing, or that the connection is gone.
    if (exchange.isBlind) return;
    if (faults.strikes("answer-lost")) {
      this.#tell("answer-lost", sent, exchange);
      exchange.isBlind = true;
      if (faults.chance("answer-lost").is(0.6)) exchange.fail("the connection was reset");
      return;
    }
    end(this.#latency(sent, exchange), () => {
      const said = { client: exchange.client.name, server: exchange.server.name, at: time.nowMs } as const;
      this.#world.record({ type: "answer", ...said, ...answer });
      resolve(responseOf(answer.status, answer.body));
    });
  }

  #latency(sent: Sent, exchange: Exchange): number {
    const { chance, faults } = this.#world;
    if (!faults.strikes("message-delayed")) return chance.skewed(0.2, 5);
    this.#tell("message-delayed", sent, exchange);
    return faults.chance("message-delayed").skewed(50, 8_000, 2);
  }

  #tell(
    fault: "request-lost" | "answer-lost" | "request-duplicated" | "message-delayed",
    sent: Sent,
    of: Exchange,
  ): void {
    this.#world.faults.tell(fault, `${sent.method} ${sent.path} of ${of.client.name} to ${of.server.name}`);
  }

  #hangUp(exchange: Exchange, ms: number): void {
    this.#open.delete(exchange);
    this.#world.time.plan(ms, exchange.server.process, () => exchange.hungUp.abort());
  }

  /** A stream as the client reads it: chunks in order, until one of the two is gone. */
  #stream(exchange: Exchange, chunks: AsyncIterable<string>, signal: AbortSignal | null): Response {
    const { time } = this.#world;
    const { client, server, hungUp } = exchange;
    const arrived: Uint8Array[] = [];
    let broken: Error | null = null;
    let ended = false;
    let wake: (() => void) | null = null;
    const stand: Exchange = { ...exchange, isOver: false, isBlind: exchange.isBlind, hungUp, fail: () => undefined };
    const toClient = (act: () => void): void =>
      time.plan(1, client, () => {
        if (stand.isOver) return;
        act();
        wake?.();
      });
    stand.fail = (why) => toClient(() => (broken = new Error(why)));
    this.#open.add(stand);
    const leave = (): void => {
      if (stand.isOver) return;
      stand.isOver = true;
      wake?.();
      if (!stand.isBlind) this.#hangUp(stand, 1);
      else this.#open.delete(stand);
    };
    signal?.addEventListener("abort", leave, { once: true });
    // The server writes, in its own time.
    time.plan(0, server.process, () => {
      const pump = async (): Promise<void> => {
        for await (const chunk of chunks) if (!stand.isBlind) toClient(() => arrived.push(ENCODER.encode(chunk)));
        toClient(() => (ended = true));
      };
      void pump();
    });
    const read = async (): Promise<{ done: boolean; value: Uint8Array | undefined }> => {
      for (;;) {
        const value = arrived.shift();
        if (value !== undefined) return { done: false, value };
        if (broken !== null) throw broken;
        if (ended || stand.isOver) return { done: true, value: undefined };
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    const cancel = (): Promise<void> => Promise.resolve(leave());
    return { ok: true, status: 200, body: { getReader: () => ({ read, cancel }) } } as unknown as Response;
  }
}

const ENCODER = new TextEncoder();
const NO_HEADERS = { get: () => null };

/** As much of a response as the client of the product looks at. */
function responseOf(status: number, body: unknown): Response {
  const ok = status >= 200 && status < 300;
  return { ok, status, headers: NO_HEADERS, json: () => Promise.resolve(body) } as unknown as Response;
}
