import { once } from "node:events";
import { createServer } from "node:http";
import { z } from "zod";

const value = z.looseObject({
  stringValue: z.string().optional(),
  boolValue: z.boolean().optional(),
  intValue: z.union([z.number(), z.string()]).optional(),
  doubleValue: z.number().optional(),
});
const attributes = z.array(z.object({ key: z.string(), value })).default([]);
const span = z.looseObject({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes,
  links: z.array(z.looseObject({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.looseObject({ code: z.number().optional() }),
});
/** What `POST /v1/traces` carries. https://opentelemetry.io/docs/specs/otlp/ */
const request = z.object({
  resourceSpans: z.array(
    z.looseObject({
      resource: z.looseObject({ attributes }),
      scopeSpans: z.array(z.looseObject({ spans: z.array(span) })),
    }),
  ),
});

/** A span as it was received. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly isFailed: boolean;
  /** Attributes of the resource. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** An OTLP receiver on loopback that keeps what it is sent. */
export interface OtlpReceiver {
  readonly endpoint: string;
  readonly spans: readonly ReceivedSpan[];
  /** Resolves with the spans of a name once there are as many. */
  named(name: string, count?: number): Promise<readonly ReceivedSpan[]>;
  close(): Promise<void>;
}

/** How long is waited for spans, milliseconds. */
const LONGEST_MS = 20_000;

/** Starts a receiver. @param port 0 takes any that is free */
export async function startOtlpReceiver(port = 0): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((asked, answer) => {
    const chunks: Buffer[] = [];
    asked.on("data", (chunk: Buffer) => chunks.push(chunk));
    asked.on("end", () => {
      const isTraces = asked.method === "POST" && asked.url === "/v1/traces";
      const body = isTraces ? request.safeParse(JSON.parse(Buffer.concat(chunks).toString("utf8"))) : null;
      if (body?.success === true) spans.push(...spansOf(body.data));
      answer.writeHead(body?.success === true ? 200 : 400, { "content-type": "application/json" }).end("{}");
      for (const look of waiting) look();
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the receiver listens nowhere");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    spans,
    named: (name, count = 1) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no ${count} spans ${name} among: ${spans.map((one) => one.name).join(", ")}`));
        }, LONGEST_MS);
        function look(): void {
          const found = spans.filter((one) => one.name === name);
          if (found.length < count) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        }
        waiting.add(look);
        look();
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function spansOf({ resourceSpans }: z.infer<typeof request>): readonly ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map((one) => ({
        traceId: one.traceId,
        spanId: one.spanId,
        parentSpanId: one.parentSpanId === undefined || one.parentSpanId === "" ? null : one.parentSpanId,
        name: one.name,
        kind: one.kind,
        startedAt: Number(one.startTimeUnixNano) / 1e6,
        endedAt: Number(one.endTimeUnixNano) / 1e6,
        facts: factsOf(one.attributes),
        links: one.links.map(({ traceId, spanId }) => ({ traceId, spanId })),
        isFailed: one.status.code === 2,
        resource: factsOf(resource.attributes),
      })),
    ),
  );
}

function factsOf(list: z.infer<typeof attributes>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    list.map(({ key, value: { stringValue, boolValue, intValue, doubleValue } }) => [
      key,
      stringValue ?? boolValue ?? (intValue === undefined ? doubleValue : Number(intValue)),
    ]),
  );
}
