import { EventsView } from "./events-view.ts";
import { LiveView, systemViewClock } from "./live-view.ts";
import { PlainView } from "./plain-view.ts";
import type { PlanOutline } from "./plan-outline.ts";
import type { ProgressView } from "./progress-view.ts";
import type { Style } from "./style.ts";

/** What decides how a run is shown. */
export interface ViewChoice {
  /** `--events`. */
  readonly events: boolean;
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The style of `err`. */
  readonly style: Style;
  readonly outline: PlanOutline;
}

/**
 * The view for a call: JSON lines on standard output with `--events`; else, on standard error, a live picture where it
 * is a terminal that can move its cursor (not `TERM=dumb`, not `CI`), and plain lines everywhere else.
 */
export function chooseView(choice: ViewChoice): ProgressView {
  if (choice.events) return new EventsView(choice.out);
  if (!canRedraw(choice.err, choice.env)) return new PlainView(choice.err, choice.style);
  return new LiveView({
    terminal: choice.err,
    style: choice.style,
    outline: choice.outline,
    clock: systemViewClock,
    process,
  });
}

function canRedraw(stream: NodeJS.WritableStream, env: ViewChoice["env"]): boolean {
  const isTerminal = "isTTY" in stream && stream.isTTY === true;
  const ci = env["CI"] ?? "";
  return isTerminal && env["TERM"] !== "dumb" && (ci === "" || ci === "0" || ci === "false");
}
