import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** The control socket in a data directory. */
export const CONTROL_SOCKET_FILE = 'leveret-control'
/** Longest path, in octets, that every system takes for a socket. */
export const SOCKET_PATH_BYTES_MAX = 100

/**
 * The folder where the nodes of a user leave word of their control sockets, as `NODE.PID.sock` with the name
 * percent-encoded. Its mode is 0700. LEVERET_CONTROL_DIR names another.
 */
export function controlFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const { LEVERET_CONTROL_DIR: own, XDG_RUNTIME_DIR: runtime } = environment
  if (own) return own
  if (runtime) return join(runtime, 'leveret')
  return join(tmpdir(), `leveret-${process.getuid?.() ?? userInfo().username}`)
}
