import { readFileSync } from 'node:fs'

/** The version of this package, as its package.json has it: the one place where it is written down. */
export const PACKAGE_VERSION: string = readVersion()

/** Bundled or not, this module lies a few folders below the root of the package. */
function readVersion(): string {
  for (let folder = new URL('.', import.meta.url); folder.pathname !== '/'; folder = new URL('..', folder)) {
    const version = versionIn(new URL('package.json', folder))
    if (version !== undefined) return version
  }
  throw new Error('the package.json of leveret is not found')
}

function versionIn(file: URL): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown; version?: unknown }
    return name === 'leveret' && typeof version === 'string' ? version : undefined
  } catch {
    return undefined
  }
}
