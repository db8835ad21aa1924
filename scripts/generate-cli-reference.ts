/**
 * Writes docs/reference/cli.md from the table of commands. With --check it writes nothing, and ends with status 1 when
 * the file differs from what would be written.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cliReference } from './cli-reference.js'

const FILE = fileURLToPath(new URL('../../docs/reference/cli.md', import.meta.url))

if (process.argv.includes('--check')) {
  if (readFileSync(FILE, 'utf8') !== cliReference()) {
    console.error('docs/reference/cli.md is not what the commands say; npm run generate writes it anew')
    process.exitCode = 1
  }
} else {
  writeFileSync(FILE, cliReference())
}
