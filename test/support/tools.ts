import { spawnSync } from 'node:child_process'
import type { TestContext } from 'node:test'

/**
 * True when a program that a test needs is installed. Without it the test is skipped, and says so; where `CI=true`
 * promises that everything is installed, it fails instead.
 */
export function requireTool(t: TestContext, name: string): boolean {
  if (spawnSync('sh', ['-c', `command -v "$1"`, 'sh', name]).status === 0) return true
  if (process.env.CI === 'true') throw new Error(`${name} is not installed, and CI=true forbids to skip`)
  t.skip(`${name} is not installed`)
  return false
}
