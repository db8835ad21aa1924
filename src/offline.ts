import { join } from 'node:path'
import type { OfflineTools } from './cli/commands/offline.js'
import type { DefinitionChange } from './core/definition-log.js'
import { payloadView, propertiesView } from './management/views/message-view.js'
import { encodeChange } from './metadata/definition-codec.js'
import { type RecoveredDefinitions, recoverDefinitions } from './metadata/definition-recovery.js'
import { decodeProperties } from './protocol/amqp091/properties.js'
import { FORMAT_FILE } from './storage/data-directory.js'
import { DataLock } from './storage/data-lock.js'
import { type LogVerification, messagesOfLog, verifyLog } from './storage/file-log/verify.js'
import { NodeDisk } from './storage/node-disk.js'
import { SystemProcessTable } from './storage/process-identity.js'
import { StorageError } from './storage/storage-error.js'
import { SystemClock } from './util/clock.js'
import { SILENT_LOGGER } from './util/logger.js'

/** `leveretctl verify` and `dump`: they read the data directory of a node that does not run, and change nothing. */
export const offlineTools: OfflineTools = {
  verify: (path) =>
    withDirectory(path, async (directory) => {
      const facts = new Facts()
      facts.addDefinitions(await directory.definitions())
      const names = queueNames((await directory.definitions())?.state.changes() ?? [])
      for (const folder of await directory.shardFolders()) {
        facts.addLog(folder, await verifyLog(directory.disk, folder), names)
      }
      return facts
    }),

  dump: (path, line) =>
    withDirectory(path, async (directory) => {
      const changes = (await directory.definitions())?.state.changes() ?? []
      for (const change of changes) line({ record: 'definition', ...JSON.parse(encodeChange(change)) })
      const names = queueNames(changes)
      for (const folder of await directory.shardFolders()) {
        for await (const message of messagesOfLog(directory.disk, folder)) {
          const { queueId, properties, body, ...rest } = message
          line({
            record: 'message',
            ...(names.get(queueId) ?? { queueId }),
            ...rest,
            properties: propertiesView(decodeProperties(properties, 0, properties.length)),
            ...payloadView(body, 'auto', Number.POSITIVE_INFINITY),
          })
        }
      }
    }),
}

/** A data directory, held against a broker that would start meanwhile. */
class OfflineDirectory {
  readonly disk = new NodeDisk()
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async check(): Promise<void> {
    const names = await this.disk.list(this.#path)
    if (!names.includes(FORMAT_FILE)) throw new StorageError(`${this.#path} is not a data directory`)
  }

  /** Undefined in a directory that no broker has used yet. */
  definitions(): Promise<RecoveredDefinitions | undefined> {
    return recoverDefinitions(this.disk, join(this.#path, 'metadata'))
  }

  async shardFolders(): Promise<string[]> {
    const shards = join(this.#path, 'shards')
    return (await this.disk.list(shards)).sort().map((name) => join(shards, name))
  }
}

async function withDirectory<T>(path: string, use: (directory: OfflineDirectory) => Promise<T>): Promise<T> {
  const directory = new OfflineDirectory(path)
  await directory.check()
  const lock = await DataLock.take({
    disk: directory.disk,
    folder: path,
    clock: new SystemClock(),
    processes: new SystemProcessTable(),
    logger: SILENT_LOGGER,
  })
  try {
    return await use(directory)
  } finally {
    await lock.release()
  }
}

/** What a verification tells. */
class Facts {
  readonly lines: string[] = []
  readonly damage: string[] = []

  addDefinitions(found: RecoveredDefinitions | undefined): void {
    if (found === undefined) {
      this.lines.push('definitions: none yet')
      return
    }
    const { path, damages, endPosition, sizeBytes, state } = found
    this.lines.push(`definitions: ${state.changes().length} records in ${path}, ${sizeBytes} octets`)
    if (endPosition < sizeBytes)
      this.lines.push(`definitions: ${sizeBytes - endPosition} octets of a write that was cut short`)
    for (const { path: file, position, sizeBytes: length } of damages) {
      this.damage.push(`damaged: ${file}, octets ${position} to ${position + length}`)
    }
  }

  addLog(folder: string, found: LogVerification, names: QueueNames): void {
    const { segments, batches, records, incompleteBatches, fileBytes, liveBytes } = found
    this.lines.push(
      `${folder}: ${records} message records in ${batches} batches of ${segments} segments, ` +
        `${fileBytes} octets of which ${liveBytes} are needed`,
    )
    if (incompleteBatches > 0)
      this.lines.push(`${folder}: ${incompleteBatches} batches of work that was cut short`)
    for (const [id, { messages, bodyBytes }] of found.queues) {
      const queue = names.get(id)
      if (queue === undefined) continue
      this.lines.push(
        `queue '${queue.queue}' in vhost '${queue.vhost}': ${messages} messages, ${bodyBytes} octets`,
      )
    }
    for (const { path, position, lengthBytes, isTornTail } of found.damage) {
      const where = `${path}, octets ${position} to ${position + lengthBytes}`
      if (isTornTail) this.lines.push(`a write that was cut short: ${where}`)
      else this.damage.push(`damaged: ${where}`)
    }
  }
}

type QueueNames = ReadonlyMap<number, { readonly vhost: string; readonly queue: string }>

function queueNames(changes: readonly DefinitionChange[]): QueueNames {
  return new Map(
    changes.flatMap((change) =>
      change.kind === 'queue-put' ? [[change.id, { vhost: change.vhost, queue: change.name }] as const] : [],
    ),
  )
}
