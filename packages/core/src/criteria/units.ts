/** What a unit measures. Values convert within one dimension and never across. */
export type Dimension = "time" | "months" | "bytes" | "percent" | "points" | "relative" | "rate" | "factor";

/** One unit of the table: its dimension and how many base units it holds. */
interface UnitDefinition {
  readonly dimension: Dimension;
  /** Size in the base unit of the dimension: ms, B, %, pp, events per second, x. */
  readonly factor: number;
}

const MS_PER_DAY = 86_400_000;

/** Every unit by its one spelling. Months have no fixed length, so they convert to nothing else. */
const UNITS: ReadonlyMap<string, UnitDefinition> = new Map<string, UnitDefinition>([
  ["ns", { dimension: "time", factor: 1e-6 }],
  ["us", { dimension: "time", factor: 1e-3 }],
  ["ms", { dimension: "time", factor: 1 }],
  ["s", { dimension: "time", factor: 1000 }],
  ["min", { dimension: "time", factor: 60_000 }],
  ["h", { dimension: "time", factor: 3_600_000 }],
  ["d", { dimension: "time", factor: MS_PER_DAY }],
  ["w", { dimension: "time", factor: 7 * MS_PER_DAY }],
  ["mo", { dimension: "months", factor: 1 }],
  ["y", { dimension: "months", factor: 12 }],
  ["B", { dimension: "bytes", factor: 1 }],
  ["KB", { dimension: "bytes", factor: 1e3 }],
  ["MB", { dimension: "bytes", factor: 1e6 }],
  ["GB", { dimension: "bytes", factor: 1e9 }],
  ["TB", { dimension: "bytes", factor: 1e12 }],
  ["KiB", { dimension: "bytes", factor: 1024 }],
  ["MiB", { dimension: "bytes", factor: 1024 ** 2 }],
  ["GiB", { dimension: "bytes", factor: 1024 ** 3 }],
  ["TiB", { dimension: "bytes", factor: 1024 ** 4 }],
  ["%", { dimension: "percent", factor: 1 }],
  ["pp", { dimension: "points", factor: 1 }],
  ["%rel", { dimension: "relative", factor: 1 }],
  ["rps", { dimension: "rate", factor: 1 }],
  ["/s", { dimension: "rate", factor: 1 }],
  ["/min", { dimension: "rate", factor: 1 / 60 }],
  ["/h", { dimension: "rate", factor: 1 / 3600 }],
  ["/d", { dimension: "rate", factor: 1 / 86_400 }],
  ["/w", { dimension: "rate", factor: 1 / 604_800 }],
  ["x", { dimension: "factor", factor: 1 }],
]);

/** How people write the units, in lower case. Spellings where case matters are in {@link UNITS} and looked up first. */
const ALIASES: ReadonlyMap<string, string> = new Map<string, string>([
  ...pairs("ns", "nanosecond nanoseconds nsec"),
  ...pairs("us", "µs μs microsecond microseconds usec"),
  ...pairs("ms", "millisecond milliseconds msec msecs millis ミリ秒 毫秒 밀리초"),
  ...pairs("s", "sec secs second seconds segundo segundos seconde secondes secondi sekunde sekunden secondo 秒 초"),
  ...pairs("min", "mins minute minutes minuto minutos minuti minuten 分 分钟 分間 분"),
  ...pairs("h", "hr hrs hour hours hora horas heure heures stunde stunden ore uur 時間 小时 小時 시간"),
  ...pairs("d", "day days día días dia dias jour jours giorni tage tag tagen 日 天 日間 일"),
  ...pairs("w", "wk wks week weeks semana semanas semaine semaines settimane woche wochen 週間 周 주"),
  ...pairs("mo", "mos mth month months monat monate monaten mes meses mois ヶ月 か月 个月 개월"),
  ...pairs("y", "yr yrs year years 年"),
  ...pairs("B", "b byte bytes"),
  ...pairs("KB", "kb kilobyte kilobytes"),
  ...pairs("MB", "mb megabyte megabytes"),
  ...pairs("GB", "gb gigabyte gigabytes"),
  ...pairs("TB", "tb terabyte terabytes"),
  ...pairs("KiB", "kib kibibyte kibibytes"),
  ...pairs("MiB", "mib mebibyte mebibytes"),
  ...pairs("GiB", "gib gibibyte gibibytes"),
  ...pairs("TiB", "tib"),
  ...pairs("%", "％ percent pct"),
  ...pairs("pp", "pps"),
  ...pairs("rps", "qps tps"),
  ...pairs("/s", "/sec /second req/s reqs/s req/sec reqs/sec requests/s requests/sec requests/second request/s r/s"),
  ...pairs("/min", "/minute"),
  ...pairs("/h", "/hr /hour"),
  ...pairs("/d", "/day"),
  ...pairs("/w", "/wk /week"),
  ...pairs("x", "× fold"),
]);

function pairs(unit: string, spellings: string): [string, string][] {
  return spellings.split(" ").map((spelling) => [spelling, unit]);
}

/**
 * The spelling of the unit table for a unit as people write it (`hr` is `h`, `seconds` is `s`), or null when the word
 * is no unit.
 */
export function canonicalUnit(written: string): string | null {
  if (UNITS.has(written)) return written;
  return ALIASES.get(written.toLowerCase()) ?? null;
}

/** The dimension of a unit in the spelling of the table, or null when it is none. */
export function dimensionOf(unit: string): Dimension | null {
  return UNITS.get(unit)?.dimension ?? null;
}

/**
 * Converts a value between two units of one dimension.
 *
 * @param from the unit the value has; null for a plain number
 * @param to the unit asked for; null for a plain number
 * @returns the value in `to`, or null when the units do not measure the same thing: a missing unit never stands for one
 */
export function convertUnit(value: number, from: string | null, to: string | null): number | null {
  if (from === to) return value;
  if (from === null || to === null) return null;
  const source = UNITS.get(from);
  const target = UNITS.get(to);
  if (source === undefined || target === undefined || source.dimension !== target.dimension) return null;
  if (source.factor === target.factor) return value;
  // Multiply or divide once by a whole ratio where there is one, so that 2 s is exactly 2000 ms.
  return source.factor >= target.factor
    ? value * (source.factor / target.factor)
    : value / (target.factor / source.factor);
}
