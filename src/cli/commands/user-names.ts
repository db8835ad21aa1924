import { path } from '../api/api.js'
import { CliError } from '../cli-error.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import type { JsonObject } from '../json.js'

/** The user of that name. Rejects with status 67 when there is none. */
export async function userNamed(
  { api }: Invocation,
  name: string,
  exitCode: ExitCode = EXIT.noUser,
): Promise<JsonObject> {
  const user = await api.find(path`/users/${name}`)
  if (user === undefined) throw new CliError(exitCode, `User "${name}" does not exist`)
  return user
}

/** Rejects with `exitCode` when the vhost does not exist. */
export async function requireVhost({ api }: Invocation, name: string, exitCode: ExitCode): Promise<void> {
  if ((await api.find(path`/vhosts/${name}`)) === undefined) {
    throw new CliError(exitCode, `Virtual host ${name} does not exist`)
  }
}
