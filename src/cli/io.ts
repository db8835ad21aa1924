import { closeSync, openSync, writeSync } from 'node:fs'
import { CliError } from './cli-error.js'
import { EXIT } from './exit-codes.js'

/** Where a command reads and writes. */
export interface Io {
  out(text: string): void
  err(text: string): void
  /** Everything on stdin. */
  input(): Promise<Buffer>
  /** A line from the terminal, without showing it; a line of stdin when that is no terminal. */
  secret(prompt: string): Promise<string>
  readonly isTerminal: boolean
}

export function processIo(): Io {
  return {
    out: (text) => writeAll(1, text),
    err: (text) => writeAll(2, text),
    input: readInput,
    secret: readSecret,
    isTerminal: process.stderr.isTTY === true,
  }
}

/** An Io whose output goes to a file, for `--printer file`. */
export function fileIo(io: Io, path: string): Io & { close(): void } {
  let fd: number
  try {
    fd = openSync(path, 'w')
  } catch (error) {
    throw new CliError(EXIT.data, `cannot write ${path}: ${(error as Error).message}`)
  }
  return { ...io, out: (text) => void writeSync(fd, text), close: () => closeSync(fd) }
}

/** Writes before it returns, so that the process may end; a pipe that is full is tried again. */
function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      // The reader (`head`) has seen enough.
      else if (code === 'EPIPE') return
      else throw error
    }
  }
}

async function readInput(): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function readSecret(prompt: string): Promise<string> {
  const { stdin } = process
  if (!stdin.isTTY) return (await readInput()).toString().replace(/\r?\n[\s\S]*$/, '')
  process.stderr.write(prompt)
  stdin.setRawMode(true)
  let line = ''
  try {
    for await (const chunk of stdin) {
      for (const character of (chunk as Buffer).toString()) {
        if (character === '\r' || character === '\n') return line
        if (character === '\u0003' || character === '\u0004')
          throw new CliError(EXIT.data, 'no password was given')
        line = character === '\u007f' || character === '\b' ? line.slice(0, -1) : line + character
      }
    }
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    process.stderr.write('\n')
  }
  return line
}
