import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const RESULTS = join(ROOT, 'bench', 'results')

/** What a result depends on besides the code. */
export function machineFacts(): Record<string, unknown> {
  const processors = cpus()
  return {
    date: new Date().toISOString(),
    commit: commit(),
    processor: processors[0]?.model ?? 'unknown',
    processors: processors.length,
    memoryBytes: totalmem(),
    kernel: `${process.platform} ${release()}`,
    node: process.version,
  }
}

/** Writes a file to bench/results, which is not kept in the repository; returns its path. */
export function keepResult(name: string, content: string): string {
  mkdirSync(RESULTS, { recursive: true })
  const path = join(RESULTS, name)
  writeFileSync(path, content)
  return path
}

/** `2026-11-26T10-00-00`, for names of files. */
export function stamp(): string {
  return new Date().toISOString().slice(0, 19).replaceAll(':', '-')
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT, encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
