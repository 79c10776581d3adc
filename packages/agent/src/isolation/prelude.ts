import { ownPath, ownProgram } from "../command/own-program.ts";
import type { Protection } from "./protection.ts";

/**
 * Sets up the namespace from inside and then becomes the command. It is a constant: every path is an argument.
 *
 * Standard error (2) is where failures of the set-up and finally `ok` are told; 3 is the command's own standard error.
 * Its own tools are found in a `PATH` of the system; the command gets its own `PATH` back. The new `/dev` is put together on `/sys` because that folder always exists, and is then moved to its place.
 * The last shell stays as the first process of the namespace: it waits for orphans, and when it ends the kernel ends
 * every process of the namespace with it.
 */
const PRELUDE = `set -eu
m() { mount -n -i "$@"; }
cwd=$1
setpriv=$2
theirs=$PATH
PATH=$3
shift 3
while :; do
  step=$1
  shift
  case $step in
    run) break ;;
    keep) m --rbind "$1" "$1"; shift ;;
    lock) m -o "remount,bind,$2" "$1"; shift 2 ;;
    seal) m --rbind "$1" "$1"; m -o "remount,bind,$2" "$1"; shift 2 ;;
    hide) m -t tmpfs -o ro,nosuid,nodev,noexec,size=4k,mode=0755 holdpoint "$1"; shift ;;
    scratch) m -t tmpfs -o nosuid,nodev,mode=0700 holdpoint "$1"; shift ;;
    mask) m --bind /dev/null "$1"; shift ;;
    devices)
      m -t tmpfs -o nosuid,noexec,mode=0755,size=64k holdpoint /sys
      for node in null zero full random urandom tty; do : >"/sys/$node"; m --bind "/dev/$node" "/sys/$node"; done
      mkdir /sys/pts /sys/shm
      m -t devpts -o newinstance,nosuid,noexec,ptmxmode=0666,mode=0620 devpts /sys/pts
      m -t tmpfs -o nosuid,nodev,mode=1777 holdpoint /sys/shm
      ln -s pts/ptmx /sys/ptmx
      ln -s /proc/self/fd /sys/fd
      ln -s /proc/self/fd/0 /sys/stdin
      ln -s /proc/self/fd/1 /sys/stdout
      ln -s /proc/self/fd/2 /sys/stderr
      m --move /sys /dev ;;
    *) echo "unknown step $step" >&2; exit 125 ;;
  esac
done
cd -- "$cwd"
ulimit -c 0
PATH=$theirs
exec "$setpriv" --no-new-privs --inh-caps=-all --ambient-caps=-all --bounding-set=-all -- /bin/sh -c 'echo ok >&2
exec 2>/dev/null
"$@" 2>&3 3>&-
exit $?' holdpoint "$@"`;

/** How a namespace with the right to mount is had: as root directly, else inside a user namespace. */
export type IsolationMode = "root" | "user";

/** Line on the status stream that says that the namespace stands and the command begins. */
export const READY = "ok";

/** The argument vector that runs a command in a namespace of its own; file descriptor 2 is the status, 3 its errors. */
export function isolatedArgv(
  mode: IsolationMode,
  steps: readonly string[],
  cwd: string,
  argv: readonly string[],
): string[] {
  const user = mode === "user" ? ["--user", "--map-current-user", "--keep-caps"] : [];
  const namespaces = ["--mount", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc"];
  const tools = [ownProgram("setpriv"), ownPath(["mount", "mkdir", "ln"])];
  const prelude = ["/bin/sh", "-c", PRELUDE, "holdpoint", cwd, ...tools, ...steps, "run", ...argv];
  // A killed Holdpoint leaves no command behind: it ends with its parent, and the namespace with it.
  return [
    ownProgram("setpriv"),
    "--pdeathsig",
    "SIGKILL",
    "--",
    ownProgram("unshare"),
    ...user,
    ...namespaces,
    "--",
    ...prelude,
  ];
}

/** A protection that protects nothing, for commands that have no plan. */
export const NO_PROTECTION: Protection = { hidden: [], readOnly: [], writable: [] };
