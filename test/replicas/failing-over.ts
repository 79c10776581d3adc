import { setTimeout as pause } from "node:timers/promises";

/** Where a replica is, and what opens it. */
export interface ReplicaAddress {
  readonly url: string;
  readonly token: string;
}

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Longest that a call is waited for before the next replica is asked, milliseconds. */
const PATIENCE_MS = 15_000;
/** Pause before another replica is asked, milliseconds. */
const PAUSE_MS = 50;

/** A client that goes on to the next replica when one does not answer, as agents do. */
export class FailingOver {
  /** How often another replica was gone to. */
  failovers = 0;
  readonly #replicas: () => readonly ReplicaAddress[];
  #at: number;

  constructor(replicas: () => readonly ReplicaAddress[], first: number) {
    this.#replicas = replicas;
    this.#at = first;
  }

  /** Calls until a replica answers with less than 500. @throws the last error when none does before `until` */
  async call(path: string, body: unknown, until: number): Promise<Answer> {
    for (;;) {
      try {
        const answer = await this.#once(path, body);
        if (answer.status < 500 || performance.now() > until) return answer;
      } catch (error) {
        if (performance.now() > until) throw error;
      }
      this.#at += 1;
      this.failovers += 1;
      await pause(PAUSE_MS);
    }
  }

  async #once(path: string, body: unknown): Promise<Answer> {
    const replicas = this.#replicas();
    const replica = replicas[this.#at % replicas.length];
    if (replica === undefined) throw new Error("there is no replica");
    const response = await fetch(`${replica.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${replica.token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.status, body: await response.json() };
  }
}
