import { Client, type ClientConfig } from "pg";

/** What is told to whoever listens on a channel. */
export interface ListenHandler {
  /** Something was sent on the channel, by this process too. */
  message(payload: string): void;
  /** The connection was made anew after it was lost: what was sent meanwhile did not arrive. */
  reconnected(): void;
}

/** Listens on a channel of the database (LISTEN), on a connection of its own. */
export interface Listener {
  /** Whether what is sent now arrives. */
  readonly connected: boolean;
  /** Resolves when the first attempt to connect has ended, well or not. */
  readonly tried: Promise<void>;
  /** Sends to everyone who listens on the channel; false when that was not possible. Never throws. */
  notify(payload: string): Promise<boolean>;
  /** Ends it. */
  close(): Promise<void>;
}

/** Pause before the first attempt to connect again, and the longest; milliseconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** How long connecting, and an answer, may take; milliseconds. */
const PATIENCE_MS = 5_000;
/** How often a quiet connection is tried, since a network that swallows everything says nothing; milliseconds. */
const PROBE_MS = 15_000;
const CHANNEL = /^[a-z_]{1,60}$/;

/**
 * Listens until it is closed.
 *
 * ```
 *   connecting ──▶ connected ──lost──▶ resting ──pause over──▶ connecting …      close from anywhere ──▶ closed
 *        └───────────failed─────────────▲
 * ```
 *
 * The pause doubles up to five seconds, with chance in it so that replicas do not come back all at once.
 */
export function openListener(config: ClientConfig, channel: string, handler: ListenHandler): Listener {
  if (!CHANNEL.test(channel)) throw new RangeError(`${channel} is no name of a channel`);
  let client: Client | null = null;
  let closed = false;
  let wasConnected = false;
  let pauseMs = FIRST_PAUSE_MS;
  let timer: NodeJS.Timeout | undefined;

  function lost(from: Client): void {
    if (client === from) client = null;
    // What ends twice, or never began, is one loss.
    from.removeAllListeners("notification");
    from.end().catch(() => undefined);
    if (closed || client !== null) return;
    clearTimeout(timer);
    timer = setTimeout(() => void connect(), pauseMs * (0.5 + Math.random() / 2));
    timer.unref();
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }

  async function connect(): Promise<void> {
    const made = new Client({ ...config, connectionTimeoutMillis: PATIENCE_MS, query_timeout: PATIENCE_MS });
    let isLost = false;
    const onLoss = (): void => {
      if (!isLost) lost(made);
      isLost = true;
    };
    made.on("error", onLoss);
    made.on("end", onLoss);
    made.on("notification", ({ payload }) => handler.message(payload ?? ""));
    try {
      await made.connect();
      await made.query(`LISTEN ${channel}`);
    } catch {
      onLoss();
      return;
    }
    if (closed || isLost) {
      await made.end().catch(() => undefined);
      return;
    }
    client = made;
    pauseMs = FIRST_PAUSE_MS;
    if (wasConnected) handler.reconnected();
    wasConnected = true;
    probe(made, onLoss);
  }

  function probe(of: Client, onLoss: () => void): void {
    const every = setInterval(() => {
      if (client !== of) clearInterval(every);
      else of.query("SELECT 1").catch(onLoss);
    }, PROBE_MS);
    every.unref();
  }

  return {
    get connected() {
      return client !== null;
    },
    tried: connect(),
    async notify(payload) {
      if (client === null) return false;
      try {
        await client.query("SELECT pg_notify($1, $2)", [channel, payload]);
        return true;
      } catch {
        return false;
      }
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      const last = client;
      client = null;
      await last?.end().catch(() => undefined);
    },
  };
}
