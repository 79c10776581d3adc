import { describe, expect, it } from "vitest";
import { itemsOf } from "../testing/read-text.ts";

describe("an entry that lists ids", () => {
  const plan = (entry: string): string => `# P\n\n## Tasks\n\n- ${entry}\n`;
  const ids = (count: number, id: (at: number) => string): string =>
    Array.from({ length: count }, (_, at) => id(at)).join(", ");

  it("tells work again where it is nothing else, with and without a dash in them", () => {
    for (const entry of ["AB1, AB2 and AB3b", "CORE-01 to CORE-06, UI-2", "`V2X-1` & `V2X-2`"])
      expect(itemsOf(plan(entry))).toEqual([]);
    expect(itemsOf(plan("AB1, AB2 are drawn"))).toEqual(["5 task unknown"]);
  });

  it("is read in linear time, whatever stands behind its ids", () => {
    // Of the processor, so that a busy machine is not taken for a slow reader.
    const start = process.cpuUsage();
    for (const id of [(at: number) => `AB${1000 + at}`, (at: number) => `A1B2C${at}`, (at: number) => `AB-${at}`])
      itemsOf(plan(`${ids(40, id)} are done`));
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(2000);
  });
});
