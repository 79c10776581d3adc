import { seededRandom } from "../chaos/seeded-random.ts";

/** Decisions that are the same for the same seed and name, whatever is decided elsewhere. */
export class Chance {
  readonly #seed: number;
  readonly #next: () => number;

  constructor(seed: number, name = "") {
    this.#seed = mixed(seed, name);
    this.#next = seededRandom(this.#seed);
  }

  /** Decisions of their own. */
  of(name: string): Chance {
    return new Chance(this.#seed, name);
  }

  /** In [0, 1). */
  random(): number {
    return this.#next();
  }

  /** True with a probability. */
  is(probability: number): boolean {
    return probability > 0 && this.#next() < probability;
  }

  /** A whole number, both bounds included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }

  /** A number, mostly near the lower bound. @param power how much so; 1 is not at all */
  skewed(least: number, most: number, power = 3): number {
    return least + (most - least) * this.#next() ** power;
  }

  /** One of several. @throws RangeError when there is none */
  one<T>(of: readonly T[]): T {
    const chosen = of[Math.floor(this.#next() * of.length)];
    if (chosen === undefined) throw new RangeError("there is nothing to choose from");
    return chosen;
  }
}

/** FNV-1a over the name, begun with the seed. */
function mixed(seed: number, name: string): number {
  let hash = (2_166_136_261 ^ seed) >>> 0;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 16_777_619) >>> 0;
  return Math.imul(hash ^ (hash >>> 13), 2_654_435_761) >>> 0;
}
