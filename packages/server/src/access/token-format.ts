import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 62^43 > 2^256. */
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
/** Bytes from here on would make the first digits likelier than the rest. */
const FAIR_BELOW = 256 - (256 % DIGITS.length);
const SHAPE = /^hp_([a-z]{3})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

/**
 * A new token: `hp_<kind>_`, 43 base62 digits of chance (256 bits), and 6 of a CRC32 of all before them, by which a scanner
 * tells a token from a similar string without asking anybody.
 *
 * @param kind three lower case letters
 */
export function makeToken(kind: string): string {
  const start = `hp_${kind}_${randomDigits(RANDOM_LENGTH)}`;
  return start + checksumOf(start);
}

/** Whether a string is a token by its own account: shape and checksum. Says nothing of whether it is valid. */
export function isToken(text: string): boolean {
  const match = SHAPE.exec(text);
  return match !== null && checksumOf(text.slice(0, -CHECKSUM_LENGTH)) === match[3];
}

/** SHA-256 of a token: what is stored of it. */
export function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = "";
  for (let place = 0; place < CHECKSUM_LENGTH; place += 1) {
    digits = (DIGITS[rest % DIGITS.length] ?? "") + digits;
    rest = Math.floor(rest / DIGITS.length);
  }
  return digits;
}

function randomDigits(count: number): string {
  let digits = "";
  while (digits.length < count) {
    for (const byte of randomBytes(count)) {
      if (byte < FAIR_BELOW && digits.length < count) digits += DIGITS[byte % DIGITS.length] ?? "";
    }
  }
  return digits;
}
