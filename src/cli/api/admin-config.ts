import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CliError } from '../cli-error.js'
import { EXIT } from '../exit-codes.js'

/** What a section of rabbitmqadmin's file says; version 1 is an INI file, version 2 TOML, and both look alike. */
export type AdminSettings = Readonly<Record<string, string>>

const NAMES: Readonly<Record<string, string>> = { host: 'hostname', ssl: 'tls', use_tls: 'tls' }

/**
 * Reads `file`, or ~/.rabbitmqadmin.conf if there is one. Throws a CliError when a file or section that was asked for
 * is missing.
 */
export function readAdminConfig(file: string | undefined, section: string | undefined): AdminSettings {
  const given = file ?? join(homedir(), '.rabbitmqadmin.conf')
  if (file === undefined && !existsSync(given)) return {}
  let text: string
  try {
    text = readFileSync(given, 'utf8')
  } catch (error) {
    throw new CliError(EXIT.config, (error as Error).message)
  }
  const sections = parseSections(text)
  const settings = sections.get(section ?? 'default')
  if (settings === undefined && section !== undefined) {
    throw new CliError(EXIT.config, `${given} has no section [${section}]`)
  }
  return settings ?? {}
}

function parseSections(text: string): Map<string, AdminSettings> {
  const sections = new Map<string, Record<string, string>>()
  let current: Record<string, string> = {}
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim()
    const heading = /^\[([^\]]+)\]$/.exec(line)?.[1]
    if (heading !== undefined) {
      current = {}
      sections.set(heading.trim(), current)
      continue
    }
    const pair = /^([A-Za-z_]+)\s*=\s*(.*)$/.exec(line)
    if (pair === null) continue
    const [, name = '', value = ''] = pair
    current[NAMES[name] ?? name] = unquoted(value)
  }
  return sections
}

function unquoted(value: string): string {
  const quoted = /^(["'])(.*)\1\s*(#.*)?$/.exec(value)
  return quoted?.[2] ?? value.replace(/\s+#.*$/, '')
}
