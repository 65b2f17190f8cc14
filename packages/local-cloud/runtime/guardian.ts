// Children must not outlive us, not even after SIGKILL, when no exit handler runs. A tiny shell in its own session holds
// the read end of a pipe whose only write end is ours: however we die, the pipe closes and it kills what is still listed.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';

// A process group keeps its number while any member lives, and we take it off the list when its leader has gone.
const SCRIPT = `trap '' INT TERM HUP
list=' '
while read -r verb group; do
  case "$verb" in
    +) list="$list$group " ;;
    -) case "$list" in *" $group "*) list="\${list%% $group *} \${list#* $group }" ;; esac ;;
  esac
done
for group in $list; do kill -s KILL -- "-$group" 2>/dev/null; done
exit 0`;

let guardian: ChildProcess | undefined;

/** Lists a process group (its leader's pid) to be killed should this process end without having stopped it. */
export function guard(group: number): void {
  tell(`+ ${group}\n`);
}

/** Takes the group off the list: it has been seen to end. */
export function unguard(group: number): void {
  tell(`- ${group}\n`);
}

function tell(line: string): void {
  guardian ??= start();
  guardian.stdin?.write(line);
}

function start(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
    cwd: '/',
  });
  // Losing the guardian loses only the last resort; it must never break the run itself.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  (child.stdin as unknown as Socket).unref();
  return child;
}
