import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { problem } from "@holdpoint/core";
import { agentProblems } from "../agent.problems.ts";

/** A token has no spaces; a file with more is something else. */
const TOKEN = /^\S{1,1000}$/;

/** True for the name of a draft of a token file with this name. */
export function isDraftOf(file: string, name: string): boolean {
  return name.startsWith(`${file}.`) && /^[0-9a-f]{12}\.new$/.test(name.slice(file.length + 1));
}

/** A file that holds a token, alone. */
export class TokenFile {
  readonly path: string;

  /** @param path absolute */
  constructor(path: string) {
    this.path = path;
  }

  /** The token. @throws HP7310 when there is none */
  read(): string {
    let text: string;
    try {
      text = readFileSync(this.path, "utf8").trim();
    } catch (error) {
      throw this.#refused(codeOf(error), error);
    }
    if (!TOKEN.test(text)) throw this.#refused("it does not hold a token, alone");
    return text;
  }

  /**
   * Opens a draft beside the file, so that whether a token can be stored is known before one is asked for.
   *
   * @throws Error with `code` of the operating system
   */
  draft(): TokenDraft {
    const path = `${this.path}.${randomBytes(6).toString("hex")}.new`;
    return new TokenDraft(openSync(path, "wx", 0o600), path, this.path);
  }

  #refused(why: string, cause?: unknown): Error {
    return problem(agentProblems, "HP7310", { file: this.path, why }, { file: this.path, cause });
  }
}

/** A file that takes the place of another whole, once it is on the disk. */
export class TokenDraft {
  readonly #fd: number;
  readonly #path: string;
  readonly #place: string;

  constructor(fd: number, path: string, place: string) {
    this.#fd = fd;
    this.#path = path;
    this.#place = place;
  }

  /** Puts a token where the old one was; its owner alone may read it. @throws Error with `code` of the operating system */
  store(token: string): void {
    try {
      try {
        writeSync(this.#fd, `${token}\n`);
        fsyncSync(this.#fd);
      } finally {
        closeSync(this.#fd);
      }
      renameSync(this.#path, this.#place);
    } catch (error) {
      rmSync(this.#path, { force: true });
      throw error;
    }
  }

  /** Leaves the old token where it is. */
  discard(): void {
    closeSync(this.#fd);
    rmSync(this.#path, { force: true });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
