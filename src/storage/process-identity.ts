import { spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'

/** What tells a process from every other one, also from those that get its pid later. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it began, in a form of the system's own; empty where the system does not tell. */
  readonly startedAt: string
  /** Changes when the machine starts again; empty where the system does not tell. */
  readonly boot: string
  /** Within which the pid counts (containers have their own); empty where there is no such thing. */
  readonly pidNamespace: string
}

/** The processes of the machine, as far as a lock has to know them. */
export interface ProcessTable {
  /** This process. */
  self(): ProcessIdentity
  /** `hidden` for one in another container: nothing can be said about it. */
  stateOf(identity: ProcessIdentity): 'running' | 'gone' | 'hidden'
}

export class SystemProcessTable implements ProcessTable {
  self(): ProcessIdentity {
    return {
      pid: process.pid,
      startedAt: startOf(process.pid),
      boot: readOrEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
      pidNamespace: readOrEmpty(() => readlinkSync('/proc/self/ns/pid')),
    }
  }

  stateOf(identity: ProcessIdentity): 'running' | 'gone' | 'hidden' {
    const self = this.self()
    if (identity.boot !== self.boot) return 'gone'
    if (identity.pidNamespace !== self.pidNamespace) return 'hidden'
    if (!isRunning(identity.pid)) return 'gone'
    return startOf(identity.pid) === identity.startedAt ? 'running' : 'gone'
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: there is one, and it belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Start time of a process: clock ticks since boot on Linux, a date elsewhere, empty when it is not to be had. */
function startOf(pid: number): string {
  if (process.platform === 'linux') {
    // proc(5): field 22; the command in field 2 is in parentheses and may hold anything.
    const stat = readOrEmpty(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  }
  const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  return stdout?.trim() ?? ''
}

function readOrEmpty(read: () => string): string {
  try {
    return read()
  } catch {
    // Other systems, and some containers, show no such file: what is compared is then empty on both sides.
    return ''
  }
}
