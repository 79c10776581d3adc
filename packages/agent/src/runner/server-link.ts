import type { Operation, ResponseOf } from "@holdpoint/contract";
import { problem, type Runtime } from "@holdpoint/core";
import { type CallOptions, type Client, type Input, ServerProblem } from "@holdpoint/sdk";
import { agentProblems } from "../agent.problems.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";

/** The way to the server: one try for each call, and none while the server is known to be away. */
export class ServerLink {
  readonly client: Client;
  readonly #breaker: CircuitBreaker;
  readonly #now: () => number;
  #answeredAt: number;

  constructor(client: Client, runtime: Pick<Runtime, "now" | "random">) {
    this.client = client;
    this.#now = () => runtime.now();
    this.#breaker = new CircuitBreaker(this.#now, () => runtime.random());
    this.#answeredAt = runtime.now();
  }

  /** `open` while the server is away. */
  get state(): "closed" | "open" | "trying" {
    return this.#breaker.state;
  }

  /** How long ago the server last answered, milliseconds. */
  get silentMs(): number {
    return this.#now() - this.#answeredAt;
  }

  /** Calls an operation. @throws ServerProblem; HP9201, HP9202 when it cannot be reached; HP7303 without a try */
  async call<P, Q, B, R>(
    operation: Operation<P, Q, B, R>,
    input: Input<Operation<P, Q, B, R>>,
    options: CallOptions = {},
  ): Promise<ResponseOf<Operation<P, Q, B, R>>> {
    if (!this.#breaker.allows()) throw problem(agentProblems, "HP7303", { url: this.client.url });
    try {
      const answer = await this.client.call(operation, input, { tries: 1, ...options });
      this.heard();
      return answer;
    } catch (error) {
      // A refusal is an answer; a server that cannot reach its database is none. Hanging up says nothing of the server.
      if (error instanceof ServerProblem && error.status < 500) this.heard();
      else if (options.signal?.aborted === true) this.#breaker.success();
      else this.#breaker.failure();
      throw error;
    }
  }

  /** The server was heard, also on another way than a call: what rested is over. */
  heard(): void {
    this.#answeredAt = this.#now();
    this.#breaker.success();
  }
}
