import { setTimeout as pause } from "node:timers/promises";
import type { ProcessTree } from "./process-tree.ts";

/** Rounds of SIGKILL before giving up on processes that cannot be ended (uninterruptible, or not ours). */
const KILL_ROUNDS = 20;
const LOOK_EVERY_MS = 20;

/**
 * Ends every process of a tree: SIGTERM, then after `graceMs` SIGKILL until none is left.
 *
 * @param spare processes that only wrap the command, and pass its end on; SIGTERM does not go to them
 * @returns how many processes were there to end
 */
export async function endProcesses(tree: ProcessTree, graceMs: number, spare: ReadonlySet<number>): Promise<number> {
  const found = alive(tree, spare);
  for (const pid of found) send(pid, "SIGTERM");
  const until = performance.now() + graceMs;
  while (performance.now() < until && alive(tree, spare).length > 0) await pause(LOOK_EVERY_MS);
  await killProcesses(tree);
  return found.length;
}

/** Ends every process of a tree by SIGKILL, again while new ones appear. */
export async function killProcesses(tree: ProcessTree): Promise<void> {
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    const members = tree.update(true);
    if (members.length === 0) return;
    // Stopped processes cannot fork while the others are being ended.
    for (const { pid } of members) send(pid, "SIGSTOP");
    for (const { pid } of members) send(pid, "SIGKILL");
    await pause(LOOK_EVERY_MS);
  }
}

function alive(tree: ProcessTree, spare: ReadonlySet<number>): number[] {
  return tree
    .update(true)
    .map((row) => row.pid)
    .filter((pid) => !spare.has(pid));
}

/** Sends a signal; a process that has ended meanwhile, or is not ours, is passed over. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH or EPERM: nothing there to end.
  }
}
