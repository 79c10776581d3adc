/** A moment as answers have it, RFC 3339, of milliseconds since the epoch; null stays null. */
export function toMoment(ms: number): string;
export function toMoment(ms: number | null): string | null;
export function toMoment(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
