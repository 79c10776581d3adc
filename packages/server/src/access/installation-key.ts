import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The key that an installation signs its checkpoints with. */
export interface InstallationKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** The private key, readable by its owner alone. */
const PRIVATE_FILE = "audit-key.pem";
/** What verifiers need; to be kept outside of the machine. */
export const PUBLIC_FILE = "audit-key.pub.pem";

/** Reads the Ed25519 key of a folder, and makes one at the first run. */
export function installationKey(folder: string): InstallationKey {
  const file = join(folder, PRIVATE_FILE);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const made = generateKeyPairSync("ed25519");
    try {
      writeFileSync(file, made.privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
    } catch (error) {
      // Another process was first: its key is the installation's.
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
  const privateKey = createPrivateKey(readFileSync(file));
  const publicKey = createPublicKey(privateKey);
  writeFileSync(join(folder, PUBLIC_FILE), publicKey.export({ type: "spki", format: "pem" }));
  return { privateKey, publicKey };
}
