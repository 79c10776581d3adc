import type { WorkGraph, WorkNode } from "@holdpoint/core";
import * as fc from "fast-check";

/** Small graphs of every shape: chains, fans, checkpoints, tasks that are judged first, capabilities, priorities. */
export const graphs: fc.Arbitrary<WorkGraph> = fc
  .array(
    fc.record({
      checkpoint: fc.boolean(),
      judged: fc.integer({ min: 0, max: 5 }),
      able: fc.integer({ min: 0, max: 3 }),
      priority: fc.integer({ min: 0, max: 2 }),
      after: fc.array(fc.nat(), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((drafts) => ({
    notes: [],
    nodes: drafts.map((draft, position): WorkNode => {
      const checkpoint = draft.checkpoint && draft.judged > 2;
      return {
        key: `T${position}`,
        kind: checkpoint ? "checkpoint" : "task",
        title: `Task ${position}`,
        item: `T${position}`,
        line: position + 1,
        dependsOn: position === 0 ? [] : [...new Set(draft.after.map((before) => `T${before % position}`))],
        gates: [],
        judgeFirst: checkpoint || draft.judged === 0,
        capabilities: draft.able === 0 ? ["x"] : [],
        priority: draft.priority,
        position,
      };
    }),
  }));
