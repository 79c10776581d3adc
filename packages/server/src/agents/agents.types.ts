/** What an operator wants of an agent. */
export type AgentWanted = "active" | "paused" | "draining";

/** How an agent is. `silent`: it may ping, and answers no offers. */
export type AgentState = "healthy" | "silent" | "gone";

/** An agent as it is registered. */
export interface AgentRegistration {
  readonly name: string;
  readonly capabilities: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Tasks at one time. */
  readonly capacity: number;
  readonly version: string | null;
}

/** An agent with what is known of it. Times in milliseconds since the epoch. */
export interface AgentView extends AgentRegistration {
  /** The process that runs it; null when it connects by itself. */
  readonly runner: string | null;
  readonly wanted: AgentWanted;
  readonly state: AgentState;
  /** Tasks that it holds. */
  readonly leases: number;
  readonly registeredAt: number;
  readonly seenAt: number | null;
  readonly answeredAt: number | null;
}

/** Agents of a tenant in numbers. */
export interface AgentCounts {
  readonly total: number;
  readonly healthy: number;
  readonly silent: number;
  readonly gone: number;
}

/** Which agents to list, in the order of their names. */
export interface AgentQuery {
  readonly states?: readonly AgentState[];
  readonly capability?: string;
  readonly runner?: string;
  /** Continues after this name. */
  readonly after?: string;
  readonly limit: number;
}

/** A client that watches or steers. Times in milliseconds since the epoch. */
export interface ControllerView {
  readonly name: string;
  readonly kind: string;
  readonly version: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly registeredAt: number;
  readonly seenAt: number;
}
