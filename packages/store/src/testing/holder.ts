import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Another process that opens the store of a directory. */
export interface Holder {
  readonly child: ChildProcess;
  /** The next message it tells. */
  next(): Promise<Record<string, unknown>>;
  write(line: string): void;
  /** Ends it without letting it do anything more. */
  kill(): Promise<void>;
  /** Lets it close its store and end. */
  finish(): Promise<void>;
}

/** Starts `hold-store.ts` in a process of its own. */
export function startHolder(dataDir: string, how: "hold" | "join" = "hold"): Holder {
  const script = fileURLToPath(new URL("hold-store.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, dataDir, how], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, "exit");
  return {
    child,
    next: async () => {
      const line = await lines.next();
      if (line.done === true) throw new Error("the process ended without another message");
      const message: Record<string, unknown> = JSON.parse(line.value);
      return message;
    },
    write: (line) => void child.stdin.write(`${line}\n`),
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    finish: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
