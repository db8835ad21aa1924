import { posix } from 'node:path'
import { type FolderRule, IMPORT_TABLE, JOINING_MODULES } from './import-table.js'

/** One import found in a module. */
export interface Import {
  /** As written: `./frame.js`, `node:fs`, `lru-cache`. */
  readonly specifier: string
  /** True when the statement brings in types only. */
  readonly typeOnly: boolean
}

const STATEMENT =
  /\b(?:import|export)\s+(type\s+)?(?:[\w*$]+|[\w*$\s,]*\{[^}]*\}|\*\s+as\s+\w+)\s+from\s+['"]([^'"]+)['"]/g
const BARE = /^\s*import\s+['"]([^'"]+)['"]/gm
const CALL = /\bimport\(\s*['"]([^'"]+)['"]/g
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm

/** Every import of a module's source: statements, re-exports, side effects and `import()`. */
export function importsOf(source: string): Import[] {
  const code = source.replace(COMMENT, '')
  return [
    ...[...code.matchAll(STATEMENT)].map((match) => ({
      specifier: match[2]!,
      typeOnly: match[1] !== undefined || hasOnlyInlineTypes(match[0]),
    })),
    ...[...code.matchAll(BARE)].map((match) => ({ specifier: match[1]!, typeOnly: false })),
    ...[...code.matchAll(CALL)].map((match) => ({ specifier: match[1]!, typeOnly: false })),
  ]
}

/** The path from `src/`, without extension, of the module that a relative import names. */
export function targetOf(module: string, specifier: string): string {
  return posix.join(posix.dirname(module), specifier).replace(/\.js$/, '')
}

/** Why `module` (`core/queue/queue`) may not have `found`; undefined when it may. */
export function objectionTo(module: string, found: Import): string | undefined {
  const folder = folderOf(module)
  const rule = IMPORT_TABLE[folder]
  if (folder === '')
    return JOINING_MODULES.includes(module) ? undefined : `${module} belongs in a folder of src/`
  if (rule === undefined) return `the import table has no row for src/${folder}`
  if (!found.specifier.startsWith('.')) {
    const isForbidden = !found.typeOnly && rule.leavesAlone?.includes(found.specifier)
    return isForbidden ? `src/${folder} leaves ${found.specifier} alone` : undefined
  }
  const target = targetOf(module, found.specifier)
  if (target.startsWith('..')) return `${found.specifier} is outside src/`
  return isOpen(module, folder, rule, target, found.typeOnly)
    ? undefined
    : `src/${folder} may not import ${target}`
}

function isOpen(
  module: string,
  folder: string,
  rule: FolderRule,
  target: string,
  typeOnly: boolean,
): boolean {
  const into = folderOf(target)
  // Each plugin is a folder of its own, and they do not know one another.
  if (folder === 'plugins' && into === 'plugins') return target.split('/')[1] === module.split('/')[1]
  if (into === folder) return true
  return (
    rule.may.includes(into) || rule.may.includes(target) || (typeOnly && rule.may.includes(`type:${into}`))
  )
}

/** Folders that import each other in a ring, as `a > b > a`. A folder and one inside it count as one place. */
export function cyclesIn(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const cycles = new Set<string>()
  const finished = new Set<string>()
  const visit = (folder: string, path: readonly string[]): void => {
    const start = path.indexOf(folder)
    if (start >= 0) cycles.add([...path.slice(start), folder].join(' > '))
    if (start >= 0 || finished.has(folder)) return
    for (const next of edges.get(folder) ?? []) if (!areNested(folder, next)) visit(next, [...path, folder])
    finished.add(folder)
  }
  for (const folder of edges.keys()) visit(folder, [])
  return [...cycles]
}

function areNested(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
}

/** First folder of a path from `src/`; '' for a module directly in it. */
function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
}

function hasOnlyInlineTypes(statement: string): boolean {
  const names = /\{([^}]*)\}/.exec(statement)?.[1]
  if (names === undefined || !/(?:import|export)\s*\{/.test(statement)) return false
  const list = names.split(',').map((name) => name.trim())
  return list.every((name) => name === '' || name.startsWith('type '))
}
