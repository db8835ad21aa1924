import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseBody } from '../http/body.js'
import { INTERNAL_USER } from '../makers.js'
import type { ManagementServices } from '../management-services.js'
import { importDefinitions } from './import.js'

/**
 * Imports a definitions file at boot, or every `*.json` of a folder in the order of their names. Rejects with an error
 * that names the file and the entry: a node that lacks what it should have does not start.
 */
export async function loadDefinitions(services: ManagementServices, path: string): Promise<void> {
  for (const file of await filesAt(path)) {
    try {
      await importDefinitions(services, INTERNAL_USER, parseBody(await readFile(file)))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`definitions of ${file} cannot be imported: ${reason}`, { cause: error })
    }
    services.logger.info(`imported the definitions of ${file}`)
  }
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const names = (await readdir(path)).filter((name) => name.endsWith('.json')).sort()
  return names.map((name) => join(path, name))
}
