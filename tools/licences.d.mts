/** One package of the lockfile. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string | null;
  readonly dev: boolean;
}

/** What the lockfile and node_modules say. */
export interface Findings {
  readonly packages: readonly LockedPackage[];
}

export function findings(folder: string): Findings;
export function report(all: Findings, write: (text: string) => void): number;
