import { setMaxListeners } from "node:events";
import { flags as FLAG, settings, standardOf } from "@holdpoint/contract";
import type { Runtime } from "@holdpoint/core";
import type { Session } from "@holdpoint/store";
import type { Flags } from "../flags/index.ts";
import { type BackgroundService, createBackgroundService, type RoundOutcome } from "../jobs/index.ts";
import { withinTime } from "../within-time.ts";
import type { AddressGuard } from "./address-guard.ts";
import { DUE } from "./callback.sql.ts";
import type { CallbackRecord, Delivery, DeliveryEnd } from "./callback.types.ts";
import { type CallbackDesk, originOf } from "./callback-desk.ts";
import { signedHeaders } from "./callback-secret.ts";
import { fitsSchemes } from "./make-callback.ts";
import { postCallback } from "./post-callback.ts";

/** How notifications are sent. Durations in milliseconds. */
export interface CallbackOptions {
  /** Host names, addresses and networks that callbacks may go to besides the public internet. @default none */
  readonly allow?: readonly string[];
  /** How long a receiver has to answer. @default that of the setting, 10 s */
  readonly timeoutMs?: number;
  /** How long a notification is tried. @default that of the setting, a day */
  readonly giveUpMs?: number;
}

/** What the sender is made from. */
export interface CallbackSenderParts {
  /** Sees every tenant. */
  readonly system: Session;
  readonly deskOf: (tenant: string) => Promise<CallbackDesk>;
  readonly flags: Pick<Flags, "value">;
  readonly guard: AddressGuard;
  readonly runtime: Pick<Runtime, "now" | "random">;
  readonly version: string;
  readonly options: CallbackOptions;
  readonly onRound?: (round: RoundOutcome<unknown>) => void;
  readonly onCallback?: (record: CallbackRecord) => void;
}

/** Notifications that are sent at one time by one replica, and those of one tenant among them. */
const AT_ONCE = { all: 64, tenant: 16 } as const;
const EVERY_MS = 1_000;
const BACK_OFF_MS = 5_000;
/** First and longest pause between two tries, milliseconds. */
const PAUSE_MS = { first: 5_000, most: 3_600_000 } as const;
/** What says that the receiver wants nothing more, ever. */
const GONE = 410;
const MOST_ERROR = 300;

/**
 * Makes the sender of notifications that are due. When it stops, it breaks off what is being sent, and lets others send it.
 *
 * ```
 *   pending ──taken until a deadline──▶ being sent ──2xx──▶ delivered
 *      ▲                                    │
 *      ├── later ◀── anything else, time left ┤──time is up, or 410──▶ given up
 *      └── at once ◀── its replica is gone ───┘
 * ```
 *
 * No transaction is open while a receiver is waited for. A replica that dies meanwhile leaves a deadline behind, after
 * which another one sends the same message again: receivers are told at least once, and know a repetition by its id.
 */
export function createCallbackSender(parts: CallbackSenderParts): BackgroundService {
  const { runtime, guard, options } = parts;
  const timeoutMs = options.timeoutMs ?? standardOf(settings.callbackTimeout);
  const giveUpMs = options.giveUpMs ?? standardOf(settings.callbackGiveUp);
  // Looking the name up and writing the outcome come on top of the answer.
  const leaseMs = 2 * timeoutMs + 1_000;
  const closing = new AbortController();
  // Each try that runs listens to it, and stops listening when it ends.
  setMaxListeners(0, closing.signal);
  const sending = new Map<Promise<void>, string>();
  let isFull = false;

  const service = createBackgroundService({
    name: "callbacks",
    everyMs: EVERY_MS,
    backOffMs: BACK_OFF_MS,
    random: () => runtime.random(),
    runOnce: takeDue,
    ...(parts.onRound === undefined ? {} : { onRound: parts.onRound }),
  });

  async function takeDue(): Promise<number> {
    isFull = false;
    let taken = 0;
    // What is to be sent of a tenant without callbacks waits until it has them again.
    const { name, standard } = FLAG.callbacks;
    const due = await parts.system.run<{ tenant_id: string }>(DUE, [runtime.now(), name, standard]);
    // Who has the fewest on the way is first, and of these who waits longest: nobody's slow receivers keep others waiting.
    const inTurn = due.map(({ tenant_id }) => tenant_id).sort((a, b) => onTheWay(a) - onTheWay(b));
    for (const tenant of inTurn) {
      const room = Math.min(AT_ONCE.all - sending.size, AT_ONCE.tenant - onTheWay(tenant));
      const desk = await parts.deskOf(tenant);
      const deliveries = room > 0 && !closing.signal.aborted ? await desk.take(room, leaseMs) : [];
      if (deliveries.length >= room) isFull = true;
      for (const delivery of deliveries) start(tenant, desk, delivery);
      taken += deliveries.length;
    }
    return taken;
  }

  function onTheWay(tenant: string): number {
    return [...sending.values()].filter((one) => one === tenant).length;
  }

  function start(tenant: string, desk: CallbackDesk, delivery: Delivery): void {
    const sent = send(tenant, desk, delivery).finally(() => {
      sending.delete(sent);
      if (isFull) service.wake();
    });
    sending.set(sent, tenant);
  }

  async function send(tenant: string, desk: CallbackDesk, delivery: Delivery): Promise<void> {
    const began = performance.now();
    const end = await tryOnce(tenant, delivery);
    // What cannot be written is sent again when its deadline is past.
    const isNoted = await desk.end(delivery, end).catch(() => false);
    parts.onCallback?.({
      tenant,
      callbackId: delivery.callbackId,
      deliveryId: delivery.deliveryId,
      origin: originOf(delivery.url),
      outcome: isNoted ? end.outcome : "put_back",
      attempts: delivery.attempts,
      error: "error" in end ? end.error : null,
      tookMs: performance.now() - began,
    });
  }

  async function tryOnce(tenant: string, delivery: Delivery): Promise<DeliveryEnd> {
    try {
      const status = await post(tenant, delivery);
      if (status >= 200 && status < 300) return { outcome: "delivered", status };
      const error = `it answered ${status}${status >= 300 && status < 400 ? ", and redirects are not followed" : ""}`;
      return status === GONE ? { outcome: "given_up", error } : failed(delivery, error);
    } catch (error) {
      if (closing.signal.aborted) return { outcome: "put_back" };
      return failed(delivery, error instanceof Error ? error.message : String(error));
    }
  }

  async function post(tenant: string, { deliveryId, url, secret, body }: Delivery): Promise<number> {
    const target = new URL(url);
    const schemes = await parts.flags.value(tenant, FLAG.callbackSchemes);
    if (!fitsSchemes(target, schemes)) throw new Error("only https is allowed in this tenant");
    // A resolver may take longer than a receiver may.
    const at = await withinTime(guard.pin(target), timeoutMs, "its name was not found");
    const timestamp = Math.floor(runtime.now() / 1_000);
    const headers = {
      "content-type": "application/json",
      "user-agent": `Holdpoint/${parts.version}`,
      ...signedHeaders(secret, { id: deliveryId, timestamp, body }),
    };
    return await postCallback({ url: target, at, headers, body, timeoutMs, signal: closing.signal });
  }

  function failed({ since }: Delivery, said: string): DeliveryEnd {
    const error = said.slice(0, MOST_ERROR);
    const now = runtime.now();
    const elapsed = now - since;
    if (elapsed >= giveUpMs) return { outcome: "given_up", error };
    // As long as it took so far: that doubles with each try.
    const pause = Math.min(PAUSE_MS.most, Math.max(PAUSE_MS.first, elapsed)) * (0.5 + runtime.random() / 2);
    return { outcome: "failed", error, nextAt: Math.min(now + Math.ceil(pause), since + giveUpMs) };
  }

  return {
    ...service,
    async stop() {
      const stopped = service.stop();
      closing.abort();
      await stopped;
      await Promise.all(sending.keys());
    },
  };
}
