import { operations } from "@holdpoint/contract";
import { type Client, createClient } from "@holdpoint/sdk";
import { reportFor } from "./report-for.ts";

const DAY_MS = 86_400_000;

/** Somebody who decides what no agent can. */
export interface Person {
  /** Waives the gates that ask for a person, for time or for more than one number. */
  waiveUnprovable(): Promise<void>;
  /** Waives the gates of a task that is held before any agent was asked; answers whether there was one. */
  decide(): Promise<boolean>;
}

/** A person with a token of their own who waives gates of a plan by name, for a day. */
export async function createPerson(
  { url, admin, plan }: { readonly url: string; readonly admin: Client; readonly plan: string },
  say: (line: string) => void,
): Promise<Person> {
  const { token } = await admin.call(operations.createToken, { body: { kind: "sgn", name: "kim", lifetimeS: 3_600 } });
  const kim = createClient({ url, token });
  const waive = async (gate: string): Promise<void> => {
    const body = { name: "Kim", reason: "Seen in the demo", expiresAt: new Date(Date.now() + DAY_MS).toISOString() };
    await kim.call(operations.waiveGate, { params: { plan, gate }, body });
  };
  return {
    async waiveUnprovable() {
      let waived = 0;
      let cursor: string | undefined;
      do {
        const page = await admin.call(operations.listGates, { params: { plan }, query: { limit: 200, cursor } });
        for (const { key, metric, text } of page.items) {
          if (reportFor([{ metric, asks: text }]) !== null) continue;
          await waive(key);
          waived += 1;
        }
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      if (waived > 0) say(`Kim waives ${waived} gates that no agent's report can open\n`);
    },
    async decide() {
      const { items } = await admin.call(operations.listTasks, { query: { plan, state: ["held"], limit: 200 } });
      const held = items.find(({ blocked, gates }) => !blocked && gates.length > 0);
      if (held === undefined) return false;
      for (const gate of held.gates) await waive(gate);
      say(`Kim waives the ${held.gates.length} gates that hold "${held.title}"\n`);
      return true;
    },
  };
}
