import type { Operation } from "@holdpoint/contract";
import { z } from "zod";

/** Ids and names to put into requests, by what their place is called. */
export interface Names {
  readonly plan: readonly string[];
  readonly task: readonly string[];
  readonly token: readonly string[];
  readonly callback: readonly string[];
  readonly gate: readonly string[];
  readonly flag: readonly string[];
  readonly tenant: readonly string[];
  readonly word: readonly string[];
  readonly digest: readonly string[];
}

/** A request as it is sent. */
export interface MadeRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

type Json = Readonly<Record<string, unknown>>;

/** Values for places that would make the run slow, or end the caller's own token. */
const FIXED: Readonly<Record<string, unknown>> = {
  waitMs: 0,
  wait_s: 0,
  overlapS: 86_400,
  lifetimeS: 86_400,
  secret: `whsec_${Buffer.alloc(32, 1).toString("base64")}`,
};
/** How often an optional member is given. */
const GIVEN = 0.6;

/** Makes requests that fit an operation's shapes and speak of the given names wherever they can. */
export class RequestMaker {
  private readonly random: () => number;
  private readonly names: Names;

  /** @param random in [0, 1) */
  constructor(random: () => number, names: Names) {
    this.random = random;
    this.names = names;
  }

  make(operation: Operation): MadeRequest {
    const params = this.value(schemaOf(operation.params), "");
    const query = this.value(schemaOf(operation.query), "");
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(isJson(params) ? textOf(params[name]) : "1"),
    );
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(isJson(query) ? query : {})) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined) search.append(name, typeof one === "string" ? one : JSON.stringify(one));
      }
    }
    const text = search.toString();
    const body = operation.method === "GET" ? undefined : this.value(schemaOf(operation.body), "");
    return { method: operation.method, path: text === "" ? path : `${path}?${text}`, body };
  }

  /** A call of a tool of the Model Context Protocol. */
  makeCall({ name, input }: { readonly name: string; readonly input: z.ZodType }): MadeRequest {
    return message("tools/call", { name, arguments: this.value(schemaOf(input), "") });
  }

  /** Readings of a plan, a gate and a task as resources of the protocol. */
  makeReadings(): readonly MadeRequest[] {
    const [plan, task, gate] = [this.pick(this.names.plan), this.pick(this.names.task), this.pick(this.names.gate)];
    const uris = [`plan/${plan}`, `plan/${plan}/gate/${encodeURIComponent(gate)}`, `task/${task}`];
    const read = uris.map((uri) => message("resources/read", { uri: `holdpoint://${uri}` }));
    return [...read, message("resources/list", {})];
  }

  private value(schema: Json | null, name: string): unknown {
    if (schema === null) return undefined;
    if (name in FIXED) return FIXED[name];
    const one = schema["anyOf"] ?? schema["oneOf"];
    if (Array.isArray(one)) return this.value(asJson(this.pick(one)), name);
    if (schema["const"] !== undefined) return schema["const"];
    if (Array.isArray(schema["enum"])) return this.pick(schema["enum"]);
    const { type } = schema;
    switch (Array.isArray(type) ? this.pick(type) : type) {
      case "object":
        return this.object(schema);
      case "array":
        return this.list(schema, name);
      case "string":
        return this.text(schema, name);
      case "integer":
      case "number":
        return this.number(schema);
      case "boolean":
        return this.random() < 0.5;
      default:
        return null;
    }
  }

  private object(schema: Json): Json {
    const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
    const members = Object.entries(asJson(schema["properties"]))
      .filter(([name]) => required.has(name) || this.random() < GIVEN)
      .map(([name, member]) => [name, this.value(asJson(member), name)]);
    return Object.fromEntries(members);
  }

  private list(schema: Json, name: string): readonly unknown[] {
    const least = Number(schema["minItems"] ?? 0);
    const count = Math.max(least, Math.floor(this.random() * 3));
    return Array.from({ length: count }, () => this.value(asJson(schema["items"]), name.replace(/s$/, "")));
  }

  private text(schema: Json, name: string): string {
    const { format, pattern, maxLength } = schema;
    const kind = name.toLowerCase();
    for (const known of ["plan", "task", "token", "callback", "gate", "flag", "tenant"] as const) {
      if (kind.includes(known)) return this.pick(this.names[known]);
    }
    if (format === "uuid")
      return this.pick([...this.names.plan, ...this.names.task, ...this.names.token, ...this.names.callback]);
    if (format === "date-time") return new Date(Date.now() + 3_600_000).toISOString();
    if (format === "uri") return "http://127.0.0.1:9/";
    if (kind === "q")
      return this.pick([...this.names.word, ...this.names.plan, ...this.names.task, ...this.names.digest]);
    if (pattern === "^sha256:[0-9a-f]{64}$") return this.pick(this.names.digest);
    if (typeof pattern === "string" && pattern.includes("0-9a-f]{7")) return "abcdef0123";
    if (kind === "document") return "# A plan\n\n- [ ] One\n";
    if (typeof pattern === "string" && !pattern.includes("A-Za-z")) return this.pick(this.names.tenant);
    return this.pick(this.names.word).slice(0, typeof maxLength === "number" ? maxLength : undefined);
  }

  private number(schema: Json): number {
    const least = Number(schema["minimum"] ?? 0);
    const most = Math.min(Number(schema["maximum"] ?? least + 100), least + 5_000);
    return Math.floor(least + this.random() * (most - least + 1));
  }

  private pick<T>(list: readonly T[]): T {
    const found = list[Math.floor(this.random() * list.length)];
    if (found === undefined) throw new Error("nothing to pick from");
    return found;
  }
}

function message(method: string, params: unknown): MadeRequest {
  return { method: "POST", path: "/mcp", body: { jsonrpc: "2.0", id: 1, method, params } };
}

function schemaOf(shape: z.ZodType | undefined): Json | null {
  return shape === undefined ? null : asJson(z.toJSONSchema(shape, { io: "input", unrepresentable: "any" }));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? 1);
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asJson(value: unknown): Json {
  return isJson(value) ? value : {};
}
