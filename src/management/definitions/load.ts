import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UnrestrictedPrincipal } from '../../core/permission.js'
import { parseBody } from '../http/body.js'
import { INTERNAL_USER } from '../makers.js'
import type { ManagementServices } from '../management-services.js'
import type { FetchTls } from './fetch.js'
import { importDefinitions } from './import.js'

/** The global parameter that remembers what was imported last, as RabbitMQ calls it. */
export const DEFINITIONS_HASH = 'imported_definition_hash_value'

/** Where definitions are at a start. */
export interface DefinitionsAt {
  readonly from: { readonly path: string } | { readonly url: string; readonly tls: FetchTls | undefined }
  /** Named, definitions with the hash of those that were imported last are left alone. */
  readonly skipIfUnchanged: 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512' | undefined
}

interface DefinitionsFile {
  /** A path or a URL. */
  readonly name: string
  readonly octets: Buffer
}

/**
 * Imports a definitions file at boot, every `*.json` of a folder in the order of their names, or what a web server has.
 * Rejects with an error that names the file and the entry: a node that lacks what it should have does not start.
 */
export async function loadDefinitions(services: ManagementServices, source: DefinitionsAt): Promise<void> {
  const files = await filesOf(source.from)
  const hash = source.skipIfUnchanged && hashOf(files, source.skipIfUnchanged)
  if (hash !== undefined && services.doors.topology.globalParameters.get(DEFINITIONS_HASH) === hash) {
    services.logger.info('the definitions are those of the last start and are left alone')
    return
  }
  for (const { name, octets } of files) {
    try {
      await importDefinitions(services, INTERNAL_USER, parseBody(octets))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`definitions of ${name} cannot be imported: ${reason}`, { cause: error })
    }
    services.logger.info(`imported the definitions of ${name}`)
  }
  if (hash === undefined) return
  const actor = { principal: new UnrestrictedPrincipal(INTERNAL_USER), connectionId: 0 }
  await services.doors.setGlobalParameter(actor, DEFINITIONS_HASH, hash).durable
}

async function filesOf(from: DefinitionsAt['from']): Promise<DefinitionsFile[]> {
  if ('url' in from) {
    // Few nodes need it.
    const { fetchFile } = await import('./fetch.js')
    return [{ name: from.url, octets: await fetchFile(from.url, from.tls) }]
  }
  const files: DefinitionsFile[] = []
  for (const name of await filesAt(from.path)) files.push({ name, octets: await readFile(name) })
  return files
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const names = (await readdir(path)).filter((name) => name.endsWith('.json')).sort()
  return names.map((name) => join(path, name))
}

function hashOf(files: readonly DefinitionsFile[], algorithm: string): string {
  const hash = createHash(algorithm)
  for (const { octets } of files) hash.update(octets)
  return hash.digest('base64')
}
