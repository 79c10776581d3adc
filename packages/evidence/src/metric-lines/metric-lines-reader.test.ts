import { describe, expect, it } from "vitest";

import { readReport } from "../read-report.ts";
import { metricsOf, readingOf } from "../testing/reading-of.ts";

describe("metric lines", () => {
  it("are taken out of any other text", async () => {
    const reading = await readingOf("starting\nresponse_time_p95=420ms\nok, done\nhealth=operational\nclean=true\n");
    expect(reading).toMatchObject({ format: "metric-lines", anomalies: [], cases: null, inventoryDigest: null });
    expect(metricsOf(reading)).toEqual({ response_time_p95: 420, health: "operational", clean: true });
  });

  it("may follow bytes that are no text", async () => {
    const reading = await readReport(Buffer.concat([Buffer.from([0xff, 0xc0, 0x0a]), Buffer.from("coverage=91%\n")]));
    expect(metricsOf(reading)).toEqual({ coverage: 91 });
    expect(reading.anomalies).toEqual([]);
  });

  it("that contradict each other are an anomaly", async () => {
    expect((await readingOf("coverage=91%\ncoverage=20%\n")).anomalies).toEqual(["conflicting_metric"]);
  });

  it("longer than a line may be are no metrics", async () => {
    const reading = await readingOf(`a=1\nb=2${" ".repeat(200)}\n`, undefined, { limits: { maxLineChars: 100 } });
    expect(metricsOf(reading)).toEqual({ a: 1 });
  });

  it("keep what is no number as text, for the judge to refuse", async () => {
    expect(metricsOf(await readingOf("latency=NaN\n"))).toEqual({ latency: "NaN" });
  });

  it("are found whatever the line ends and pieces", async () => {
    for (const pieceBytes of [1, 2, 3]) {
      expect(metricsOf(await readingOf("a=1\r\nb=2\r\nc=3", undefined, { pieceBytes }))).toEqual({ a: 1, b: 2, c: 3 });
    }
  });

  it("of an output of which only the head was kept are truncated", async () => {
    const reading = await readReport(Buffer.from("a=1\n"), { truncated: true, place: "stdout" });
    expect(reading.anomalies).toEqual(["truncated"]);
    expect(reading.notes).toEqual([
      { anomaly: "truncated", message: "only the head was kept", place: "stdout", line: null },
    ]);
  });
});
