import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { CONTROL_SOCKET_FILE, controlFolder } from '../../util/control-folder.js'

/** The control socket of the node that keeps its data in `directory`. */
export function controlSocketIn(directory: string): string {
  return join(directory, CONTROL_SOCKET_FILE)
}

/** A node that runs on this machine under the same user. */
export interface LocalNode {
  /** `leveret@host`. */
  readonly name: string
  readonly path: string
}

/** The nodes that have left word in the folder for it and answer. */
export async function localNodes(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<LocalNode[]> {
  const folder = controlFolder(environment)
  if (!isOurs(folder)) return []
  const found: LocalNode[] = []
  for (const entry of readdirSync(folder).sort()) {
    const name = /^(.+)\.\d+\.sock$/.exec(entry)?.[1]
    if (name === undefined) continue
    const path = resolved(join(folder, entry))
    if (path !== undefined && (await answers(path))) found.push({ name: decodeURIComponent(name), path })
  }
  return found
}

/** Only a folder of our own, that nobody else can write to, is believed. */
function isOurs(folder: string): boolean {
  try {
    const stat = lstatSync(folder)
    return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0
  } catch {
    return false
  }
}

function resolved(path: string): string | undefined {
  try {
    const real = realpathSync(path)
    return statSync(real).isSocket() ? real : undefined
  } catch {
    // A node that ended without a goodbye.
    return undefined
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
