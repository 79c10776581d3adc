import type { ListenHandler } from "@holdpoint/store";
import { describe, expect, test, vi } from "vitest";
import { createSignalBus, type SignalBus } from "../events/index.ts";
import { createWakeUpRelay, type WakeUpRelay } from "./wake-up-relay.ts";

interface Wired {
  readonly signals: SignalBus;
  readonly relay: WakeUpRelay;
  readonly sent: string[];
  readonly handler: ListenHandler;
  connected: boolean;
}

/** A relay on a channel that keeps what is sent. */
function wired(): Wired {
  const signals = createSignalBus();
  const sent: string[] = [];
  const handlers: ListenHandler[] = [];
  const state = { connected: true };
  const relay = createWakeUpRelay({
    signals,
    replica: "here",
    store: {
      listen: (_channel, handler) => {
        handlers.push(handler);
        return {
          get connected() {
            return state.connected;
          },
          tried: Promise.resolve(),
          notify: (payload) => Promise.resolve(sent.push(payload) > 0),
          close: () => Promise.resolve(),
        };
      },
    },
  });
  const [handler] = handlers;
  if (handler === undefined) throw new Error("nobody listens");
  return Object.assign(state, { signals, relay, sent, handler });
}

describe("the relay of wake-ups", () => {
  test("tells a burst of signals as one notification", async () => {
    const { signals, sent, relay } = wired();
    for (let at = 0; at < 100; at += 1) signals.emit("north", "committed");
    signals.emit("north", "ready");
    signals.emit("south", "committed");
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(JSON.parse(sent[0] ?? "")).toEqual({
      from: "here",
      committed: ["north", "south"],
      ready: ["north"],
      flags: [],
    });
    await relay.close();
  });

  test("signals what others tell, and does not tell it on", async () => {
    const { signals, sent, handler, relay } = wired();
    const heard = vi.fn();
    signals.on("north", "ready", heard);
    handler.message(JSON.stringify({ from: "there", committed: ["north"], ready: ["north"] }));
    expect(heard).toHaveBeenCalledOnce();
    signals.emit("east", "ready");
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).not.toContain("north");
    await relay.close();
  });

  test("takes its own words and nonsense for nothing", async () => {
    const { signals, handler, relay } = wired();
    const heard = vi.fn();
    signals.on("north", "ready", heard);
    handler.message(JSON.stringify({ from: "here", committed: [], ready: ["north"] }));
    handler.message("nonsense");
    expect(heard).not.toHaveBeenCalled();
    await relay.close();
  });

  test("wakes everyone when its connection is back, since it may have missed something", async () => {
    const { signals, handler, relay, sent } = wired();
    const heard = vi.fn();
    signals.on("north", "ready", heard);
    signals.on("south", "committed", heard);
    handler.reconnected();
    expect(heard).toHaveBeenCalledTimes(2);
    await relay.close();
    expect(sent).toEqual([]);
  });

  test("says that it is degraded while it hears nothing", async () => {
    const state = wired();
    expect(state.relay.health()).toMatchObject([{ name: "wake-ups", status: "ok" }]);
    state.connected = false;
    expect(state.relay.health()).toMatchObject([{ status: "degraded", detail: expect.stringContaining("polling") }]);
    await state.relay.close();
  });

  test("is silent where the database has no channels", async () => {
    const signals = createSignalBus();
    const relay = createWakeUpRelay({ signals, replica: "here", store: { listen: () => null } });
    signals.emit("north", "ready");
    await relay.tried;
    expect(relay.health()).toEqual([]);
    await relay.close();
  });
});
