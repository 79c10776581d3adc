import type { BindingSidecar, PlanDocument, PlanProblem, WorkGraph } from "@holdpoint/core";
import type { Gatekeeper } from "@holdpoint/server";
import type { CommandCall } from "../command.ts";
import type { ConsentDecision } from "../engine/consent.ts";
import type { Interrupt } from "../engine/interrupt.ts";
import type { Fleet } from "../engine/load-fleet.ts";
import type { Engine } from "../engine/open-engine.ts";
import type { Progress } from "../engine/progress.ts";
import type { PlanPlace } from "../place/plan-place.ts";
import type { AttemptLog } from "./run-report.ts";

/** Everything one run is made from. */
export interface RunSession {
  readonly call: CommandCall;
  readonly place: PlanPlace;
  readonly planPath: string;
  /** With the severities that the sidecar sets. */
  readonly plan: PlanDocument;
  /** As the document says it. */
  readonly document: PlanDocument;
  readonly sidecar: BindingSidecar | null;
  /** The sidecar as written, for a control plane on the same data. */
  readonly sidecarText: string | null;
  readonly problems: readonly PlanProblem[];
  readonly graph: WorkGraph;
  readonly fleet: Fleet;
  readonly consent: ConsentDecision;
  readonly waitMs: number;
  readonly engine: Engine;
  readonly writeBack: boolean;
  readonly interrupt: Interrupt;
}

/** What the parts of a session share once it has begun. */
export interface BegunSession extends RunSession {
  readonly planId: string;
  readonly startedAt: number;
  readonly progress: Progress;
  readonly gatekeeper: Gatekeeper;
  readonly log: AttemptLog;
  /** Reports that checks write: no part of what is judged. */
  readonly leaveOut: readonly string[];
  readonly stateFolder: string;
}
