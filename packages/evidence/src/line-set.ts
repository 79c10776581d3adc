/** Which lines of one file can be covered and which were: two bits a line. */
export class LineSet {
  #found = new Uint8Array(0);
  #hit = new Uint8Array(0);
  #foundCount = 0;
  #hitCount = 0;

  /** How many different lines were named. */
  get found(): number {
    return this.#foundCount;
  }

  /** How many of them ran. */
  get hit(): number {
    return this.#hitCount;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#found.length * 2;
  }

  /** Notes a line; one that ran in any part of the report ran. @param line 0 or more */
  add(line: number, hit: boolean): void {
    const byte = line >> 3;
    const bit = 1 << (line & 7);
    if (byte >= this.#found.length) this.#grow(byte + 1);
    if (((this.#found[byte] ?? 0) & bit) === 0) {
      this.#found[byte] = (this.#found[byte] ?? 0) | bit;
      this.#foundCount += 1;
    }
    if (hit && ((this.#hit[byte] ?? 0) & bit) === 0) {
      this.#hit[byte] = (this.#hit[byte] ?? 0) | bit;
      this.#hitCount += 1;
    }
  }

  #grow(needed: number): void {
    const length = Math.max(needed, this.#found.length * 2, 32);
    const grown = [new Uint8Array(length), new Uint8Array(length)] as const;
    grown[0].set(this.#found);
    grown[1].set(this.#hit);
    [this.#found, this.#hit] = grown;
  }
}
