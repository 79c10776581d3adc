import type { Runtime } from "@holdpoint/core";
import type { PlanHosts } from "@holdpoint/server";

/** What hosting a plan needs. */
export interface HostParts {
  readonly hosts: PlanHosts;
  readonly planId: string;
  /** Names this process. */
  readonly owner: string;
  readonly runtime: Pick<Runtime, "now">;
  /** Another process hosts the plan; told once. */
  readonly onOther: () => void;
}

/** How often this process says that it is there, milliseconds; a third of what a host's word is good for. */
const SAY_EVERY_MS = 5_000;

/**
 * Says, for as long as this process works a plan, that it runs the plan's checks: a control plane on the same data then
 * leaves what is reported to it.
 *
 * @returns ends it
 */
export async function hostPlan({ hosts, planId, owner, runtime, onOther }: HostParts): Promise<() => Promise<void>> {
  let told = false;
  const say = async (): Promise<void> => {
    const mine = await hosts.attach(planId, owner, runtime.now());
    if (mine || told) return;
    told = true;
    onOther();
  };
  await say();
  const timer = setInterval(() => {
    // Without the database nothing is reported either; the next word comes in five seconds.
    say().catch(() => undefined);
  }, SAY_EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await hosts.detach(planId, owner).catch(() => undefined);
  };
}
