/**
 * Writes docs/reference/configuration.md from the table of options. With --check it writes nothing, and ends with
 * status 1 when the file differs from what would be written.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { configReference } from './config-reference.js'

const FILE = fileURLToPath(new URL('../../docs/reference/configuration.md', import.meta.url))

if (process.argv.includes('--check')) {
  if (readFileSync(FILE, 'utf8') !== configReference()) {
    console.error(
      'docs/reference/configuration.md is not what the options say; npm run generate writes it anew',
    )
    process.exitCode = 1
  }
} else {
  writeFileSync(FILE, configReference())
}
