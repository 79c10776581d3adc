/** Metric lines for the acceptance plan: how many dishonest fixtures there are and open a gate, and how many honest ones do not. */
import { DISHONEST } from "./dishonest.ts";
import { type Fixture, judgeFixture, opens } from "./fixture.ts";
import { HONEST } from "./honest.ts";

async function opened(fixtures: readonly Fixture[]): Promise<number> {
  let count = 0;
  for (const fixture of fixtures) if (opens(await judgeFixture(fixture))) count++;
  return count;
}

const lines = [
  `dishonest_fixtures=${DISHONEST.length}`,
  `silent_passes=${await opened(DISHONEST)}`,
  `honest_fixtures=${HONEST.length}`,
  `honest_refusals=${HONEST.length - (await opened(HONEST))}`,
];
process.stdout.write(`${lines.join("\n")}\n`);
