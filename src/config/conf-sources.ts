import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type ConfEntry, parseConf } from './conf-file.js'
import { ConfigError } from './config-error.js'

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What the configuration files hold. */
export interface ConfSources {
  /** In the order in which they were read. */
  readonly files: readonly string[]
  readonly entries: readonly ConfEntry[]
}

/**
 * Reads the main file, then the `*.conf` files of the directory in RABBITMQ_CONFIG_FILES by name, so that later
 * entries win. The main file is `flagPath`, or LEVERET_CONFIG, or RABBITMQ_CONFIG_FILE, whose `.conf` may be left out;
 * none is read when none is named. A path that is a directory stands for its `*.conf` files.
 * Throws {@link ConfigError} when a named file cannot be read or has a bad line.
 */
export function readConfSources(flagPath: string | undefined, environment: Environment): ConfSources {
  const main = flagPath ?? (environment.LEVERET_CONFIG || environment.RABBITMQ_CONFIG_FILE)
  const more = environment.RABBITMQ_CONFIG_FILES
  const files = [
    ...(main ? filesAt(main) : []),
    ...(more ? filesAt(more.replace(/[/\\]\*(\.conf)?$/, '')) : []),
  ]
  return { files, entries: files.flatMap((file) => parseConf(read(file), file, environment)) }
}

function filesAt(path: string): string[] {
  if (isDirectory(path)) {
    const names = readdirSync(path).filter((name) => name.endsWith('.conf'))
    return names.sort().map((name) => join(path, name))
  }
  const found = [path, `${path}.conf`].find((candidate) => statSync(candidate, { throwIfNoEntry: false }))
  if (found === undefined) throw new ConfigError(`the configuration file ${path} does not exist`)
  return [found]
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError(`the configuration file ${file} cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
}
