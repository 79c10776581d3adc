import type { EvidenceAnomaly } from "@holdpoint/core";

import type { ReadingNote } from "./reading.ts";

const MAX_NOTES = 50;

/** Thrown inside a reader when going on makes no sense; {@link Oddities.guard} turns it into an anomaly. */
export class StopReading extends Error {
  override readonly name = "StopReading";
  readonly anomaly: EvidenceAnomaly;
  readonly line: number | null;

  constructor(anomaly: EvidenceAnomaly, message: string, line: number | null = null) {
    super(message);
    this.anomaly = anomaly;
    this.line = line;
  }
}

/** Collects what is odd about a report: each anomaly once, with the first explanations. */
export class Oddities {
  readonly #seen = new Set<EvidenceAnomaly>();
  readonly #notes: ReadingNote[] = [];
  #place = "";

  /** True once the content broke off or could not be understood: its rates then say nothing. */
  get broken(): boolean {
    return this.#seen.has("malformed") || this.#seen.has("truncated");
  }

  /** The anomalies, sorted. */
  get anomalies(): readonly EvidenceAnomaly[] {
    return [...this.#seen].sort();
  }

  /** The first 50 explanations, in the order they were found. */
  get notes(): readonly ReadingNote[] {
    return [...this.#notes];
  }

  /** Notes an anomaly at the place that is being read. */
  add(anomaly: EvidenceAnomaly, message: string, line: number | null = null): void {
    this.#seen.add(anomaly);
    if (this.#notes.length < MAX_NOTES) this.#notes.push({ anomaly, message, place: this.#place, line });
  }

  /** Runs a reading of one place; a {@link StopReading} ends it with an anomaly, anything else is passed on. */
  async guard(place: string, reading: () => Promise<void>): Promise<void> {
    this.#place = place;
    try {
      await reading();
    } catch (error) {
      if (!(error instanceof StopReading)) throw error;
      this.add(error.anomaly, error.message, error.line);
    }
  }
}
