import type { Listener, Store } from "@holdpoint/store";
import { perSignalKind, SIGNAL_KINDS, type SignalBus } from "../events/index.ts";
import type { PartHealth } from "../observe/index.ts";
import { readWakeUp, wakeUpTexts } from "./wake-up.ts";

/** The channel of the database on which replicas wake each other. */
const CHANNEL = "holdpoint_wake_up";
/** A replica tells the others at most once in this time, milliseconds. */
const EVERY_MS = 10;

/** Carries wake-ups between replicas. */
export interface WakeUpRelay {
  /** Resolves when the channel was tried for the first time. */
  readonly tried: Promise<void>;
  /** The state of the channel; none where the database has no channels. */
  health(): readonly PartHealth[];
  close(): Promise<void>;
}

/** What a relay is made from. */
export interface WakeUpRelayParts {
  readonly store: Pick<Store, "listen">;
  readonly signals: SignalBus;
  /** Names this replica among the others. */
  readonly replica: string;
}

/**
 * Tells the other replicas what is signalled in this process, and signals here what they tell.
 *
 * What is signalled within 10 ms goes out as one notification, on a connection of its own: a NOTIFY inside of the
 * transaction that it is about would make all such transactions wait for each other at their commits. What is lost with the
 * connection is found by the polls, a second later.
 */
export function createWakeUpRelay({ store, signals, replica }: WakeUpRelayParts): WakeUpRelay {
  const pending = perSignalKind(() => new Set<string>());
  let timer: NodeJS.Timeout | null = null;
  let toldAt = Number.NEGATIVE_INFINITY;
  const listener: Listener | null = store.listen(CHANNEL, {
    message(text) {
      const heard = readWakeUp(text);
      if (heard === null || heard.from === replica) return;
      for (const kind of SIGNAL_KINDS) {
        for (const tenant of heard.tenants[kind]) signals.emit(tenant, kind, "elsewhere");
      }
    },
    reconnected: () => signals.wakeAll(),
  });

  async function tell(): Promise<void> {
    toldAt = performance.now();
    const texts = wakeUpTexts(replica, pending);
    for (const kind of SIGNAL_KINDS) pending[kind].clear();
    for (const text of texts) await listener?.notify(text);
    // The next one goes out no sooner than this one is through: a slow database gets fewer, fuller ones.
    timer = null;
    if (SIGNAL_KINDS.some((kind) => pending[kind].size > 0)) plan();
  }

  function plan(): void {
    if (timer !== null) return;
    timer = setTimeout(() => void tell(), Math.max(0, toldAt + EVERY_MS - performance.now()));
  }

  const off = signals.onAny((tenant, kind, origin) => {
    if (origin === "elsewhere" || listener === null) return;
    pending[kind].add(tenant);
    plan();
  });

  return {
    tried: listener?.tried ?? Promise.resolve(),
    health() {
      if (listener === null) return [];
      const detail = "other replicas are heard by polling, once a second";
      const isOk = listener.connected;
      return [{ name: "wake-ups", status: isOk ? "ok" : "degraded", detail: isOk ? null : detail, tookMs: null }];
    },
    async close() {
      off();
      if (timer !== null) clearTimeout(timer);
      await listener?.close();
    },
  };
}
