import { HoldpointError } from "@holdpoint/core";
import { pino } from "pino";
import type { CallbackRecord } from "../callbacks/index.ts";
import type { RequestRecord } from "../http/index.ts";
import type { RoundOutcome } from "../jobs/index.ts";
import { logLine } from "./log-line.ts";
import { redact, redactText } from "./redact.ts";

/** How much is told. */
export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;

/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Particulars of a log line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes what happens, without secrets. */
export interface Log {
  error(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
}

/** Where to write, and how. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly to: { write(text: string): unknown };
  /** Short lines for people instead of JSON for machines: for a terminal. */
  readonly isForPeople: boolean;
}

/** Makes a log: one JSON object a line, or one short line for people. Every value and text is freed of secrets first. */
export function createLog({ level, to, isForPeople }: LogOptions): Log {
  const write = (line: string): void => void to.write(isForPeople ? logLine(line) : line);
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Redaction has made a plain object of it by then.
      serializers: { err: (value: unknown) => value },
    },
    { write },
  );
  const at =
    (name: Exclude<LogLevel, "silent">) =>
    (fields: LogFields, message: string): void => {
      if (logger.isLevelEnabled(name)) logger[name](redact(fields), redactText(message));
    };
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}

/** Operations that are asked for all the time, and say nothing while they succeed. */
const QUIET: ReadonlySet<string> = new Set(["health", "ready", "metrics"]);

/**
 * What a control plane tells of, written to a log: one line for each request, one for each try to send a notification, and
 * one for each round that fails.
 */
export function logControlPlane(log: Log): {
  readonly onRequest: (record: RequestRecord) => void;
  readonly onRound: (round: RoundOutcome<unknown>) => void;
  readonly onCallback: (record: CallbackRecord) => void;
} {
  const failing = new Set<string>();
  return {
    onRequest({ operation, method, path, status, durationMs, traceId, principal, fault }) {
      const fields = {
        operation,
        method,
        path,
        status,
        ms: Math.round(durationMs * 10) / 10,
        trace: traceId,
        principal: principal?.name ?? null,
        tenant: principal?.tenant ?? null,
      };
      // The stack of a fault stands here and nowhere else.
      if (fault !== null) log.error({ ...fields, err: fault }, "request failed");
      else if (status >= 500) log.warn(fields, "request");
      else if (QUIET.has(operation)) log.debug(fields, "request");
      else log.info(fields, "request");
    },
    onCallback({ callbackId: callback, deliveryId: message, tookMs, ...same }) {
      const fields = { ...same, callback, message, ms: Math.round(tookMs) };
      if (same.outcome === "delivered" || same.outcome === "put_back") log.info(fields, "callback");
      else log.warn(fields, "callback");
    },
    onRound(round) {
      const { name, ok } = round;
      if (ok) {
        if (failing.delete(name)) log.info({ service: name }, "service works again");
        else log.debug({ service: name, ms: Math.round(round.tookMs) }, "round");
        return;
      }
      // What the catalogue knows needs no stack; anything else is a fault.
      const err = round.error instanceof HoldpointError ? round.error.message : round.error;
      if (failing.has(name)) log.debug({ service: name, err }, "service still fails");
      else log.warn({ service: name, err }, "service fails");
      failing.add(name);
    },
  };
}
