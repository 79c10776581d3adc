/**
 * Everything a decision may depend on besides its input: time, identity and chance.
 *
 * The process makes one at its edge and passes it down; tests and simulations pass their own. Nothing in `core` may
 * reach for a clock or a source of randomness by itself.
 */
export interface Runtime {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** A new UUIDv7 in canonical text form; ids made later sort later. */
  newId(): string;
  /** A number in [0, 1), for jitter only; never for secrets. */
  random(): number;
}
