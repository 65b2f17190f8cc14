// Whether a process lives: what tests of stopping ask.

/** True while a process of that id exists, a zombie included. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
