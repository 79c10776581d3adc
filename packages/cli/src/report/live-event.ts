import type { EventLine } from "@holdpoint/contract";

/** What `--events` prints, one JSON object a line, and what the live view shows. */
export type LiveEvent = EventLine;
