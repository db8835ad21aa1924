import { readFileSync } from 'node:fs'

/** The version of this package, as its package.json has it: the one place where it is written down. */
export const PACKAGE_VERSION: string = readVersion()

function readVersion(): string {
  // From dist/src/util, where the build puts this module, to the root of the package.
  const parsed: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  const version = (parsed as { version?: unknown }).version
  if (typeof version !== 'string') throw new Error('package.json has no version')
  return version
}
