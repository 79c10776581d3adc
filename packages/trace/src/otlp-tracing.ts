import { hostname } from "node:os";
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
} from "@opentelemetry/sdk-trace-base";
import { ATTR_ERROR_TYPE, ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from "@opentelemetry/semantic-conventions";
import type { Span, SpanFacts, SpanIds, SpanPlace, SpanStart, Tracing, TracingOptions } from "./tracing.ts";
import { watchedExporter } from "./watched-exporter.ts";

/** How long spans that ended wait for others, milliseconds. */
const DELAY_MS = 2_000;
/** Spans that wait at most; further ones are dropped, so that a receiver that is away costs no more than this. */
const MOST_WAITING = 8_192;
/** How long one request to the receiver may take with its retries, milliseconds. */
const EXPORT_MS = 5_000;
/** How long the end of the process may wait, milliseconds. */
const CLOSE_MS = 2_000;
/** Links of one span: commands that share a batch. */
const MOST_LINKS = 1_000;

const KINDS = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

/** Random ids, but for a span whose ids are given. */
class GivenIds implements IdGenerator {
  next: { traceId: string; spanId: string } | null = null;
  readonly #random = new RandomIdGenerator();

  generateTraceId(): string {
    return this.next?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.next?.spanId ?? this.#random.generateSpanId();
  }
}

/** Makes spans and sends them by OTLP over HTTP, as JSON. Nothing of the process's global state is touched. */
export function createOtlpTracing(options: TracingOptions & { readonly endpoint: string }): Tracing {
  const { endpoint, version, instance, role, onTrouble = () => undefined, delayMs = DELAY_MS } = options;
  const { origin } = new URL(endpoint);
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
    timeoutMillis: EXPORT_MS,
  });
  const ids = new GivenIds();
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(
        resourceFromAttributes({
          [ATTR_SERVICE_NAME]: "holdpoint",
          [ATTR_SERVICE_VERSION]: version,
          // Still in development among the conventions, so that there are no constants for them.
          "service.instance.id": instance,
          "host.name": hostname(),
          "process.pid": process.pid,
          "process.runtime.name": "nodejs",
          "process.runtime.version": process.versions.node,
          "holdpoint.role": role,
        }),
      )
      // What the environment says comes last.
      .merge(detectResources({ detectors: [envDetector] })),
    idGenerator: ids,
    spanLimits: { linkCountLimit: MOST_LINKS },
    spanProcessors: [
      new BatchSpanProcessor(
        watchedExporter(exporter, (why) => onTrouble(why, origin)),
        {
          scheduledDelayMillis: delayMs,
          maxQueueSize: MOST_WAITING,
          exportTimeoutMillis: EXPORT_MS,
        },
      ),
    ],
  });
  const tracer = provider.getTracer("holdpoint", version);

  function begin({ name, kind = "internal", parent, place, startedAt, links = [], facts = {} }: SpanStart): Span {
    ids.next = place ?? null;
    const span = tracer.startSpan(
      name,
      {
        kind: KINDS[kind],
        attributes: attributesOf(facts),
        links: links.map((linked) => ({ context: contextOf(linked) })),
        ...(startedAt === undefined ? {} : { startTime: new Date(startedAt) }),
      },
      parent === null ? ROOT_CONTEXT : under(parent),
    );
    ids.next = null;
    return {
      place: placeOf(span.spanContext()),
      tell: (more) => void span.setAttributes(attributesOf(more)),
      link: (linked) => void span.addLink({ context: contextOf(linked) }),
      end: ({ failed, endedAt } = {}) => {
        if (failed !== undefined) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          span.setAttribute(ATTR_ERROR_TYPE, failed);
        }
        // A small number would be taken for a time since the process began.
        span.end(endedAt === undefined ? undefined : new Date(endedAt));
      },
    };
  }

  /** Asks the sampler, whichever it is, with a root that is never ended and therefore never sent. */
  function isKept(given: SpanIds): boolean {
    ids.next = given;
    const { traceFlags } = tracer.startSpan("task", {}, ROOT_CONTEXT).spanContext();
    ids.next = null;
    return (traceFlags & TraceFlags.SAMPLED) !== 0;
  }

  const pending = new Set<Promise<unknown>>();
  const settle = async (one: Promise<unknown>): Promise<void> => {
    await Promise.allSettled([one]);
    pending.delete(one);
  };
  return {
    isOn: true,
    begin,
    placeOf: ({ traceId, spanId }) => ({ traceId, spanId, isSampled: isKept({ traceId, spanId }) }),
    waitFor(one) {
      pending.add(one);
      void settle(one);
    },
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_MS);
      });
      // Whether the last spans arrive is not worth a failure.
      const sent = Promise.allSettled(pending)
        .then(() => provider.shutdown())
        .catch(() => undefined);
      await Promise.race([sent, late]);
      clearTimeout(timer);
    },
  };
}

function under(parent: SpanPlace): Context {
  return trace.setSpanContext(ROOT_CONTEXT, { ...contextOf(parent), isRemote: true });
}

function contextOf({ traceId, spanId, isSampled }: SpanPlace): SpanContext {
  return { traceId, spanId, traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE };
}

function placeOf({ traceId, spanId, traceFlags }: SpanContext): SpanPlace {
  return { traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
}

function attributesOf(facts: SpanFacts): Attributes {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
