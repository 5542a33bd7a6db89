/** Who holds a lock: enough to tell a live holder from a dead one, also when its pid was given to another process. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly pid: number;
  /** Host boot and pid namespace: pids may be compared only within the same place. */
  readonly place: string;
  /** Kernel start time of the process, where the system tells it; a reused pid has another one. */
  readonly started: string | null;
}

function attempt(read: () => string): string | null {
  try {
    return read().trim();
  } catch {
    return null;
  }
}

/** Field 22 of /proc/<pid>/stat; the command name before it may hold spaces, so count from its closing bracket. */
function startTime(pid: number): string | null {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

export function thisProcess(): ProcessIdentity {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')) ?? hostname();
  const namespace = attempt(() => readlinkSync('/proc/self/ns/pid')) ?? 'host';
  return { pid: process.pid, place: `${boot}/${namespace}`, started: startTime(process.pid) };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** undefined: it runs elsewhere (another container or host), so its pid says nothing here. */
export function isAlive(holder: ProcessIdentity, here: ProcessIdentity = thisProcess()): boolean | undefined {
  if (holder.place !== here.place) return undefined;
  if (!exists(holder.pid)) return false;
  const started = startTime(holder.pid);
  return holder.started === null || started === null || holder.started === started;
}
