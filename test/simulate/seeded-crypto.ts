/** Stands for `node:crypto` in the client: names of requests that only have to differ, without asking the system for chance. */
let count = 0;

/** An id that no other call got. */
export function randomUUID(): string {
  count += 1;
  return `00000000-0000-4000-8000-${count.toString(16).padStart(12, "0")}`;
}

/** Bytes that no other call got. */
export function randomBytes(size: number): Buffer {
  count += 1;
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32BE(count, size - 4);
  return bytes;
}
