import { readdirSync, readFileSync } from 'node:fs'

// Ticks of /proc/PID/stat in a second: USER_HZ, which Linux has fixed at 100 for programs.
const TICKS_PER_SECOND = 100

/**
 * Processor time in seconds, user and system, of a process with everything that descends from it or is in its process
 * group, ended children included. NaN where there is no /proc.
 */
export function processorSeconds(pid: number): number {
  const processes = readProcesses()
  if (processes.length === 0) return Number.NaN
  const family = new Set([pid])
  for (const each of processes) if (each.group === pid) family.add(each.pid)
  for (let size = 0; size !== family.size; ) {
    size = family.size
    for (const each of processes) if (family.has(each.parent)) family.add(each.pid)
  }
  const ticks = processes.filter((each) => family.has(each.pid)).reduce((sum, each) => sum + each.ticks, 0)
  return ticks / TICKS_PER_SECOND
}

interface ProcessFacts {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly ticks: number
}

function readProcesses(): ProcessFacts[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readProcess(Number(name)))
  } catch {
    return []
  }
}

function readProcess(pid: number): ProcessFacts[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program, in parentheses, may hold anything; state, parent and group follow it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [parent, group, ...ticks] = [
      fields[1],
      fields[2],
      fields[11],
      fields[12],
      fields[13],
      fields[14],
    ].map(Number)
    return [{ pid, parent, group, ticks: ticks.reduce((sum, each) => sum + each, 0) }]
  } catch {
    // It has ended since the listing.
    return []
  }
}
