import { ConfigError } from './config-error.js'

/** One `key = value` line of a configuration file. */
export interface ConfEntry {
  readonly key: string
  readonly value: string
  readonly file: string
  /** From 1. */
  readonly line: number
}

/**
 * Reads RabbitMQ's configuration syntax: one `key = value` a line, `#` begins a comment anywhere outside single
 * quotes, single quotes protect the characters between them, `$(NAME)` is replaced by an environment variable.
 * Keys are not looked at here. Throws {@link ConfigError} naming file and line.
 */
export function parseConf(
  text: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): ConfEntry[] {
  const entries: ConfEntry[] = []
  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .forEach((source, index) => {
      const line = index + 1
      const where = `${file}:${line}`
      const content = withoutComment(source, where).trim()
      if (content === '') return
      const { key, rawValue } = splitEntry(content, where)
      entries.push({ key, value: expand(unquote(rawValue, where), environment, where), file, line })
    })
  return entries
}

function withoutComment(source: string, where: string): string {
  let quoted = false
  for (let place = 0; place < source.length; place += 1) {
    const character = source[place]
    // An apostrophe inside a word is text: only a value that begins with a quote is quoted.
    if (character === "'" && (quoted || /=\s*$/.test(source.slice(0, place)))) quoted = !quoted
    else if (character === '#' && !quoted) return source.slice(0, place)
  }
  if (quoted) throw new ConfigError(`${where}: the single quote is not closed`)
  return source
}

function splitEntry(content: string, where: string): { key: string; rawValue: string } {
  const equals = content.indexOf('=')
  if (equals < 0) throw new ConfigError(`${where}: expected "key = value", got "${content}"`)
  const key = content.slice(0, equals).trim()
  const rawValue = content.slice(equals + 1).trim()
  if (!/^[^\s=.]+(\.[^\s=.]+)*$/.test(key)) {
    throw new ConfigError(`${where}: "${key}" is not a key: words joined by dots were expected before "="`)
  }
  if (rawValue === '') throw new ConfigError(`${where}: ${key} has no value`)
  return { key, rawValue }
}

function unquote(rawValue: string, where: string): string {
  if (!rawValue.startsWith("'")) return rawValue
  if (rawValue.length < 2 || !rawValue.endsWith("'")) {
    throw new ConfigError(`${where}: text follows the closing single quote`)
  }
  return rawValue.slice(1, -1)
}

function expand(
  value: string,
  environment: Readonly<Record<string, string | undefined>>,
  where: string,
): string {
  return value.replace(/\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g, (_whole, name: string) => {
    const replacement = environment[name]
    if (replacement === undefined) {
      throw new ConfigError(`${where}: the environment variable ${name} is not set`)
    }
    return replacement
  })
}
