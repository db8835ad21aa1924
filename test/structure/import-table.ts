/** What the modules of a folder of `src/` may import. */
export interface FolderRule {
  /** Folders, or modules `folder/path/name` when only those are open; `type:` allows types alone. */
  readonly may: readonly string[]
  /** Modules of Node that the folder leaves alone, but for their types. */
  readonly leavesAlone?: readonly string[]
}

const SOCKETS = ['node:net', 'node:tls', 'node:dgram', 'node:http', 'node:https', 'node:http2']
const FILES = ['node:fs', 'node:fs/promises']
const HTTP = ['node:http', 'node:https', 'node:http2']

/**
 * Who may import whom: the table of the project's style guide. A folder may always import itself. Changing this is a
 * decision about the design and takes a page in docs/decisions/.
 */
export const IMPORT_TABLE: Readonly<Record<string, FolderRule>> = {
  util: { may: [] },
  config: { may: ['util'] },
  protocol: { may: ['util'], leavesAlone: [...SOCKETS, ...FILES] },
  core: {
    may: [
      'util',
      'protocol/amqp091/properties',
      'protocol/amqp091/field-table',
      'protocol/amqp091/reply-codes',
      // What properties and field tables are read from and written to.
      'protocol/amqp091/byte-reader',
      'protocol/amqp091/byte-writer',
    ],
    leavesAlone: [...SOCKETS, ...FILES],
  },
  storage: { may: ['util', 'core'], leavesAlone: SOCKETS },
  metadata: { may: ['util', 'core', 'storage'], leavesAlone: SOCKETS },
  auth: { may: ['util', 'core'], leavesAlone: SOCKETS },
  connection: { may: ['util', 'protocol', 'core', 'auth'], leavesAlone: HTTP },
  cluster: { may: ['util', 'core', 'storage', 'metadata'] },
  management: { may: ['util', 'core', 'auth', 'metadata', 'cluster'] },
  'plugin-api': { may: ['util', 'core', 'type:protocol'] },
  plugins: { may: ['plugin-api', 'client'] },
  client: { may: ['util', 'protocol'] },
  cli: { may: ['util', 'config', 'client'] },
  // A broker inside a program: it joins the parts as broker.ts does, and puts its own between them.
  embedding: {
    may: [
      'util',
      'config',
      'protocol',
      'core',
      'storage',
      'auth',
      'connection',
      'management',
      'client',
      'broker',
      'broker-admin',
      'seams',
    ],
  },
  testing: { may: ['embedding'] },
  perf: { may: ['util', 'config', 'client', 'protocol'] },
}

/** Modules directly in `src/`: they join the parts and may import everything (docs/decisions/0002). */
export const JOINING_MODULES: readonly string[] = [
  'broker',
  'broker-admin',
  'broker-listeners',
  'broker-maintenance',
  'broker-management',
  'broker-statistics',
  'index',
  'memory-monitor',
  'disk-monitor',
  'file-storage',
  'node-log',
  'node-storage',
  'offline',
  'seams',
  'server',
  'vhost-defaults',
]
