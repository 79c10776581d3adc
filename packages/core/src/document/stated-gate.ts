import type { Criterion } from "../criteria/criterion.ts";

/** One gate as a text states it. `criterion` is null when the text could not be typed. */
export interface StatedGate {
  readonly metric: string | null;
  readonly text: string;
  readonly criterion: Criterion | null;
}
