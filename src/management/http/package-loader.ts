import { readFile } from 'node:fs/promises'
import { createRequire, isBuiltin } from 'node:module'
import { Turns } from './turns.js'

const require = createRequire(import.meta.url)

/** What a CommonJS file needs at once: a `require` in a line that is not indented, or in a list of exports. */
const NEEDED_AT_ONCE = /^(?:(?!\/)\S.*?| {2}[\w$]+: )\brequire\((['"])([^'"]+)\1\)/gm

/**
 * Loads a CommonJS package a file at a time, those that others need first, and lets the event loop go in between: a
 * `require` of the whole would keep it for as long as its hundred files take. What this does not find is loaded when the
 * package is, and files that need one another are loaded as one, from the one that is needed first, as they would be
 * anyway. Never rejects: what is wrong with a package is told by whoever imports it.
 *
 * @param name - of the package, or the path of a file
 */
export async function loadInTurns(name: string): Promise<void> {
  const file = resolved(name, import.meta.url)
  if (file !== undefined && require.cache[file] === undefined) await new PackageLoad().load(file)
}

/** Walks from a file to all that it needs. Files that need one another are found as Tarjan finds components. */
class PackageLoad {
  readonly #turns = new Turns()
  /** Files in the order in which they were met; infinite once they are loaded. */
  readonly #order = new Map<string, number>()

  /** Loads a file after what it needs, unless an earlier file is needed by these: that one brings all of them. */
  async load(file: string): Promise<number> {
    const own = this.#order.size
    let earliest = own
    this.#order.set(file, own)
    for (const needed of isBuiltin(file) ? [] : await neededAtOnce(file)) {
      earliest = Math.min(earliest, this.#order.get(needed) ?? (await this.load(needed)))
    }
    if (earliest === own) await this.#require(file, own)
    return earliest
  }

  /** Loads a file with what was met after it. */
  async #require(file: string, own: number): Promise<void> {
    if (this.#turns.isOver) await this.#turns.rest()
    try {
      require(file)
    } catch {
      // It may be one that its package does without. If not, whoever imports the package is told.
    }
    for (const [each, at] of this.#order) if (at >= own) this.#order.set(each, Number.POSITIVE_INFINITY)
  }
}

async function neededAtOnce(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const needed = [...text.matchAll(NEEDED_AT_ONCE)].map(([, , name]) => resolved(name!, file))
  return needed.filter((each) => each !== undefined)
}

/** The file, or name of a module of Node's, that `from` gets for a name; undefined when there is none. */
function resolved(name: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(name)
  } catch {
    return undefined
  }
}
