import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { attemptName } from "../attempt/run-attempt.ts";
import type { WorkRef } from "../attempt/work-source.ts";
import { openWorktree, removeWorktree } from "../worktree/create-worktree.ts";
import { mergeWorktree } from "../worktree/merge-worktree.ts";
import { endOrphans } from "./end-orphans.ts";
import type { Told } from "./outbox.ts";
import type { RunnerHealth } from "./runner-health.ts";
import { type RunnerMachine, RunnerProtocol, type RunnerProtocolOptions } from "./runner-protocol.ts";
import { Spool } from "./spool.ts";

/** What a runner is made from. */
export interface RunnerOptions extends Omit<RunnerProtocolOptions, "capacity"> {
  /** Folder that the agents' commands run in; absolute. */
  readonly dir: string;
  /** Where reports, working trees and inboxes lie; of this runner alone. */
  readonly stateFolder: string;
  /** Attempts of all agents at one time. @default four for each processor, 8 at least */
  readonly capacity?: number;
  /** Files and folders that no attempt may see, such as what holds the token; absolute. */
  readonly hidden?: readonly string[];
  /** @default "auto" */
  readonly isolation?: "auto" | "required" | "off";
}

/** Works for a server with the agents of one machine. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #stateFolder: string;
  readonly #spool: Spool;
  readonly #protocol: RunnerProtocol;

  /** @throws HP7302 when another process works with the same state folder */
  constructor(options: RunnerOptions) {
    const { dir, stateFolder, hidden = [], isolation, capacity, ...spoken } = options;
    this.#options = options;
    this.#spool = Spool.open(stateFolder);
    this.#stateFolder = realpathSync(stateFolder);
    this.#protocol = new RunnerProtocol(
      { ...spoken, capacity: capacity ?? Math.max(8, availableParallelism() * 4) },
      {
        spool: this.#spool,
        plan: planOf(dir, hidden),
        stateFolder: this.#stateFolder,
        artifactsFolder: join(this.#stateFolder, "artifacts"),
        ...(isolation === undefined ? {} : { isolation }),
        settled: (work, told) => this.#settleWorktree(work, told),
      },
    );
  }

  /** How it is now. */
  health(): RunnerHealth {
    return this.#protocol.health();
  }

  /** Works until it is drained. Rejects only for a bug. */
  async run(): Promise<void> {
    const orphans = endOrphans(this.#stateFolder);
    if (orphans > 0) this.#note(`ended ${orphans} processes that an earlier runner left behind`);
    try {
      await this.#protocol.run();
    } finally {
      this.#spool.close();
    }
  }

  /** Takes no more work, ends what runs and hands it back without counting the try. */
  async drain(): Promise<void> {
    await this.#protocol.drain();
  }

  /** Brings the change of an accepted attempt into the folder; one that waits for a person or a host stays where it is. */
  async #settleWorktree(work: WorkRef, told: Told): Promise<void> {
    if (told.outcome === "pending" || told.outcome === "held") return;
    try {
      const place = { planDir: this.#options.dir, attempt: attemptName(work), stateFolder: this.#stateFolder };
      const worktree = await openWorktree(place);
      if (worktree === null) return;
      if (told.outcome === "accepted") {
        const merged = await mergeWorktree(worktree, { protect: ["agents/**", "*.holdpoint.yaml"] });
        if (merged.outcome !== "merged") {
          this.#note(
            `${merged.outcome}: ${merged.files.join(", ")} of ${worktree.folder} could not be merged; it stays`,
          );
          return;
        }
      }
      await removeWorktree(worktree);
    } catch (error) {
      this.#note(`the working tree of ${attemptName(work)} stays: ${messageOf(error)}`);
    }
  }

  #note(message: string): void {
    this.#options.onEvent?.({ type: "note", message });
  }
}

/** Tasks of a server come from many plans, none of which has to lie here: what an attempt is told of is the folder. */
function planOf(dir: string, hidden: readonly string[]): RunnerMachine["plan"] {
  const root = realpathSync(resolve(dir));
  const digest = `sha256:${createHash("sha256").digest("hex")}`;
  const readOnly = [join(root, "agents")].filter((path) => existsSync(path));
  return { dir: root, document: root, title: "", digest, readOnly, hidden };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
