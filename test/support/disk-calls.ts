import type { DiskFile } from '../../src/storage/disk.js'

// The calls of a DiskFile as promises, for tests.

export function writeAt(file: DiskFile, position: number, octets: Buffer | string): Promise<void> {
  const buffer = Buffer.from(octets)
  return new Promise((resolve, reject) => {
    file.write(buffer, 0, buffer.length, position, (error) => (error ? reject(error) : resolve()))
  })
}

export function readAt(file: DiskFile, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  return new Promise((resolve, reject) => {
    file.read(buffer, 0, length, position, (error, count) => {
      if (error) reject(error)
      else resolve(buffer.subarray(0, count))
    })
  })
}

export function sync(file: DiskFile): Promise<void> {
  return new Promise((resolve, reject) => file.sync((error) => (error ? reject(error) : resolve())))
}
