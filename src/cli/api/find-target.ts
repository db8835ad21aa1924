import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { CliError } from '../cli-error.js'
import { EXIT } from '../exit-codes.js'
import { type AdminSettings, readAdminConfig } from './admin-config.js'
import { controlSocketIn, localNodes } from './control-sockets.js'
import type { Target } from './target.js'

const PORT_DEFAULT = 15672
const TLS_PORT_DEFAULT = 15671
const DATA_DIR_VARIABLES = ['LEVERET_DATA_DIR', 'RABBITMQ_MNESIA_DIR']
/** Any of these asks for HTTP. */
const HTTP_OPTIONS = ['host', 'port', 'base-uri', 'username', 'password', 'tls', 'use-tls', 'ssl', 'config']
const HTTP_VARIABLES = ['HOST', 'PORT', 'BASE_URI', 'USERNAME', 'PASSWORD'].map((name) =>
  name === 'HOST' || name === 'PORT' ? `RABBITMQADMIN_TARGET_${name}` : `RABBITMQADMIN_${name}`,
)

/** What decides about the target. */
export interface TargetQuestion {
  readonly options: ReadonlyMap<string, string | true>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** rabbitmqadmin's habits: its file is read, and HTTP comes first. */
  readonly isAdmin: boolean
}

/**
 * Finds the node to talk to: the one that options or variables name, else the control socket of the one that runs here
 * under the same user, else the HTTP API on this machine with the default user.
 */
export async function findTarget(question: TargetQuestion): Promise<Target> {
  const { options, environment, isAdmin } = question
  const socket = text(options, 'control-socket') ?? environment.LEVERET_CONTROL_SOCKET
  if (socket !== undefined) return { kind: 'socket', path: socket }
  const wantsHttp =
    HTTP_OPTIONS.some((name) => options.has(name)) || HTTP_VARIABLES.some((name) => environment[name])
  if (wantsHttp) return httpTarget(question, true)
  const directory = text(options, 'data-dir') ?? firstOf(environment, DATA_DIR_VARIABLES)
  const node = nodeOf(question)
  if (directory !== undefined) {
    const path = controlSocketIn(directory)
    // The path may be too long for a socket, which then lies in the folder of all nodes only.
    if (options.has('data-dir') || existsSync(path)) return { kind: 'socket', path }
  }
  const nodes = await localNodes(environment)
  const [first, ...others] = node === undefined ? nodes : nodes.filter(({ name }) => isSame(name, node))
  if (first !== undefined && others.length > 0) {
    const names = [first, ...others].map(({ name, path }) => `${name} (${path})`).join(', ')
    throw new CliError(
      EXIT.config,
      `several nodes run here, choose with --node, --data-dir or --control-socket: ${names}`,
    )
  }
  if (first !== undefined) return { kind: 'socket', path: first.path }
  return httpTarget(question, isAdmin)
}

function httpTarget({ options, environment, isAdmin }: TargetQuestion, readsFile: boolean): Target {
  const file = text(options, 'config') ?? environment.RABBITMQADMIN_CONFIG_FILE_PATH
  const section =
    isAdmin || file !== undefined
      ? (text(options, 'node') ?? environment.RABBITMQADMIN_NODE_ALIAS)
      : undefined
  const settings = readsFile && (isAdmin || file !== undefined) ? readAdminConfig(file, section) : {}
  const uri = parseBase(text(options, 'base-uri') ?? environment.RABBITMQADMIN_BASE_URI ?? settings.base_uri)
  const tls =
    uri?.tls ??
    (['tls', 'use-tls', 'ssl'].some((name) => options.has(name)) ||
      isTrue(environment.RABBITMQADMIN_USE_TLS) ||
      isTrue(settings.tls))
  const port = text(options, 'port') ?? environment.RABBITMQADMIN_TARGET_PORT ?? uri?.port ?? settings.port
  return {
    kind: 'http',
    tls,
    host:
      text(options, 'host') ??
      environment.RABBITMQADMIN_TARGET_HOST ??
      uri?.host ??
      settings.hostname ??
      hostOfNode({ options, environment, isAdmin }) ??
      '127.0.0.1',
    port: port === undefined ? (tls ? TLS_PORT_DEFAULT : PORT_DEFAULT) : portOf(port),
    username: text(options, 'username') ?? environment.RABBITMQADMIN_USERNAME ?? settings.username ?? 'guest',
    password: text(options, 'password') ?? environment.RABBITMQADMIN_PASSWORD ?? settings.password ?? 'guest',
    caFile: text(options, 'tls-ca-cert-file') ?? settings.ca_cert_bundle_path ?? settings.ssl_ca_cert_file,
    certFile: text(options, 'tls-cert-file') ?? settings.ssl_cert_file,
    keyFile: text(options, 'tls-key-file') ?? settings.ssl_key_file,
    insecure: options.has('insecure'),
    prefix: prefixOf({ options, environment, isAdmin }, uri, settings),
  }
}

function prefixOf(
  { options, environment }: TargetQuestion,
  uri: BaseUri | undefined,
  settings: AdminSettings,
): string {
  const given =
    text(options, 'path-prefix') ??
    environment.RABBITMQADMIN_API_PATH_PREFIX ??
    uri?.path ??
    settings.path_prefix
  const trimmed = given?.replace(/^\/*/, '/').replace(/\/+$/, '')
  if (trimmed === undefined || trimmed === '') return '/api'
  return trimmed.endsWith('/api') ? trimmed : `${trimmed}/api`
}

interface BaseUri {
  readonly tls: boolean
  readonly host: string
  readonly port: string | undefined
  readonly path: string | undefined
}

function parseBase(uri: string | undefined): BaseUri | undefined {
  if (uri === undefined) return undefined
  let parsed: URL
  try {
    parsed = new URL(uri)
  } catch {
    throw new CliError(EXIT.data, `--base-uri has the form http://host:port, not ${uri}`)
  }
  const tls = parsed.protocol === 'https:'
  return {
    tls,
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? undefined : parsed.port,
    path: parsed.pathname === '/' ? undefined : parsed.pathname,
  }
}

function portOf(given: string): number {
  const port = Number(given)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new CliError(EXIT.data, `a port is from 1 to 65535, not ${given}`)
  }
  return port
}

/** The node that is asked for; for rabbitmqadmin the word names a section of its file. */
function nodeOf({ options, environment, isAdmin }: TargetQuestion): string | undefined {
  return isAdmin ? undefined : (text(options, 'node') ?? environment.RABBITMQ_NODENAME)
}

/** `rabbit@elsewhere` is asked for over HTTP; this machine's own name and a bare one are not. */
function hostOfNode(question: TargetQuestion): string | undefined {
  const host = nodeOf(question)?.split('@')[1]
  if (host === undefined || ['', 'localhost', hostname(), hostname().split('.')[0]].includes(host))
    return undefined
  return host
}

/** Scripts name the node as RabbitMQ would: `rabbit@host` is the node of that host. */
function isSame(name: string, asked: string): boolean {
  if (name === asked || name.split('@')[0] === asked) return true
  const host = asked.split('@')[1]
  const isDefault = asked === 'rabbit' || asked.startsWith('rabbit@')
  return isDefault && (host === undefined || host === 'localhost' || host === name.split('@')[1])
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(true|1|yes|on)$/i.test(value)
}

function text(options: ReadonlyMap<string, string | true>, name: string): string | undefined {
  const value = options.get(name)
  return value === true ? undefined : value
}

function firstOf(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): string | undefined {
  return names.map((name) => environment[name]).find((value) => value)
}
