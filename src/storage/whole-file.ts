import { dirname } from 'node:path'
import { type Disk, DiskError, type DiskFile } from './disk.js'

/** All octets of a file; `undefined` when it does not exist. */
export async function readWhole(disk: Disk, path: string): Promise<Buffer | undefined> {
  let file: DiskFile
  try {
    file = await disk.open(path, 'existing')
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    const octets = Buffer.alloc(await file.size())
    const count = await readPart(file, octets, 0)
    return octets.subarray(0, count)
  } finally {
    await file.close()
  }
}

/** Fills `target` from a place in the file; resolves to how many octets came. */
export function readPart(file: DiskFile, target: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    file.read(target, 0, target.length, position, (error, count) => {
      if (error === undefined) resolve(count)
      else reject(error)
    })
  })
}

export function writePart(file: DiskFile, octets: Buffer, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    file.write(octets, 0, octets.length, position, (error) => {
      if (error === undefined) resolve()
      else reject(error)
    })
  })
}

export function syncFile(file: DiskFile): Promise<void> {
  return new Promise((resolve, reject) => {
    file.sync((error) => {
      if (error === undefined) resolve()
      else reject(error)
    })
  })
}

/** Makes a file that is durable with its name, or leaves none: it is written under `temporaryPath` first. */
export async function writeWhole(
  disk: Disk,
  path: string,
  temporaryPath: string,
  octets: Buffer,
): Promise<void> {
  await disk.remove(temporaryPath)
  const file = await disk.open(temporaryPath, 'create')
  try {
    await writePart(file, octets, 0)
    await syncFile(file)
  } finally {
    await file.close()
  }
  await disk.rename(temporaryPath, path)
  await disk.syncDirectory(dirname(path))
}
