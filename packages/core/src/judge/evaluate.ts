import type { CompositeCriterion, Criterion } from "../criteria/criterion.ts";
import { combine } from "./combine.ts";
import { evaluateAbsolute } from "./evaluate-absolute.ts";
import { evaluateCount } from "./evaluate-count.ts";
import { evaluateExit } from "./evaluate-exit.ts";
import { evaluateExpression } from "./evaluate-expression.ts";
import { evaluateRelative } from "./evaluate-relative.ts";
import { evaluateState } from "./evaluate-state.ts";
import { evaluateWindow } from "./evaluate-window.ts";
import { evaluateWitness } from "./evaluate-witness.ts";
import type { Finding } from "./finding.ts";
import { inconclusive } from "./finding.ts";
import type { Observations } from "./observe.ts";

const MOST_DEPTH = 32;

/** Finds what one criterion comes to over the observations. */
export function evaluate(criterion: Criterion, seen: Observations): Finding {
  return evaluateIn(criterion, seen, [], 0);
}

/** `siblings` are the parts that stand beside it in an `all`. */
function evaluateIn(criterion: Criterion, seen: Observations, siblings: readonly Criterion[], depth: number): Finding {
  if (depth > MOST_DEPTH) return inconclusive("unparsed", `criteria nest more than ${MOST_DEPTH} deep`);
  const key = "metric" in criterion && criterion.metric !== undefined ? criterion.metric : seen.input.gate.metric;
  switch (criterion.kind) {
    case "absolute":
      return evaluateAbsolute(criterion, key, seen);
    case "count":
      return evaluateCount(criterion, key, seen);
    case "state":
      return evaluateState(criterion, key, seen);
    case "relative":
      return evaluateRelative(
        criterion,
        key,
        seen,
        siblings.some((part) => part.kind === "absolute" && (part.metric ?? seen.input.gate.metric) === key),
      );
    case "window": {
      const holds = criterion.holds.length > 0 ? criterion.holds : siblings.filter((part) => holdsInEachRun(part));
      return evaluateWindow(criterion, holds, seen, (part, at) => evaluateIn(part, at, holds, depth + 1));
    }
    case "witness":
      return evaluateWitness(criterion, seen);
    case "composite":
      return evaluateComposite(criterion, seen, depth);
    case "expression":
      return evaluateExpression(criterion, seen);
    case "exit":
      return evaluateExit(criterion, seen);
    default:
      return inconclusive("unparsed", "it is a criterion of a kind that is not judged yet");
  }
}

/** What stands beside a window must hold throughout it; people and other windows are asked once. */
function holdsInEachRun(part: Criterion): boolean {
  return part.kind !== "window" && part.kind !== "witness" && part.kind !== "relative" && part.kind !== "composite";
}

function evaluateComposite(criterion: CompositeCriterion, seen: Observations, depth: number): Finding {
  const findings = criterion.of.map((part) => {
    const siblings = criterion.op === "all" ? criterion.of.filter((other) => other !== part) : [];
    return evaluateIn(part, seen, siblings, depth + 1);
  });
  return combine(criterion, findings);
}
