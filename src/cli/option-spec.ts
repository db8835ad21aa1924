/** What an option takes: nothing (a switch) or a value of a kind. */
export type OptionKind = 'switch' | 'text' | 'integer' | 'number' | 'file'

/** One option of a command, or of all of them. */
export interface OptionSpec {
  readonly kind: OptionKind
  /** One character, without its dash. */
  readonly short?: string
  /** Shown in the usage for the value: `V`. */
  readonly placeholder?: string
  /** One line. */
  readonly doc: string
  /** The values that there are, for checks and completion. */
  readonly choices?: readonly string[]
  /** Accepted for the sake of scripts, and not shown. */
  readonly hidden?: boolean
}

export type OptionTable = Readonly<Record<string, OptionSpec>>

export const FORMATTERS = [
  'table',
  'pretty_table',
  'csv',
  'json',
  'string',
  'report',
  'erlang',
  'inspect',
] as const
export type FormatterName = (typeof FORMATTERS)[number]

/** Options that every command takes. */
export const GLOBAL_OPTIONS = {
  node: {
    kind: 'text',
    short: 'n',
    placeholder: 'NODE',
    doc: 'The node, `leveret@host`, when several run here; or one elsewhere, by HTTP',
  },
  vhost: { kind: 'text', short: 'p', placeholder: 'V', doc: 'The virtual host. Default /' },
  quiet: { kind: 'switch', short: 'q', doc: 'Leaves out what is not data, but for table headers' },
  silent: { kind: 'switch', short: 's', doc: 'Leaves out what is not data, table headers too' },
  timeout: { kind: 'number', short: 't', placeholder: 'S', doc: 'Seconds to wait for the node. Default 60' },
  formatter: { kind: 'text', placeholder: 'F', doc: 'Form of the output', choices: FORMATTERS },
  'table-headers': { kind: 'switch', doc: 'Table headers, which are the default', hidden: true },
  'no-table-headers': { kind: 'switch', doc: 'Leaves out table headers' },
  'dry-run': { kind: 'switch', doc: 'Checks the arguments and does nothing' },
  printer: {
    kind: 'text',
    placeholder: 'P',
    doc: '`stdio`, or `file` for the file named by --file',
    choices: ['stdio', 'stdio_raw', 'file'],
  },
  file: { kind: 'file', placeholder: 'FILE', doc: 'Where --printer file writes' },
  version: { kind: 'switch', doc: 'The version', hidden: true },
  'data-dir': {
    kind: 'file',
    placeholder: 'DIR',
    doc: 'Data directory of the node, whose control socket is used',
  },
  'control-socket': { kind: 'file', placeholder: 'PATH', doc: 'The control socket itself' },
  host: {
    kind: 'text',
    short: 'H',
    placeholder: 'HOST',
    doc: 'Goes to the HTTP API there instead of the control socket',
  },
  port: {
    kind: 'integer',
    short: 'P',
    placeholder: 'PORT',
    doc: 'Port of the HTTP API. Default 15672, and 15671 with TLS',
  },
  'base-uri': { kind: 'text', placeholder: 'URI', doc: 'Scheme, host, port and path of the HTTP API in one' },
  'path-prefix': { kind: 'text', placeholder: 'PATH', doc: 'Path of the HTTP API. Default /api' },
  username: {
    kind: 'text',
    short: 'u',
    placeholder: 'NAME',
    doc: 'Who logs in to the HTTP API. Default guest',
  },
  password: {
    kind: 'text',
    placeholder: 'PASSWORD',
    doc: 'The password; better given as RABBITMQADMIN_PASSWORD',
  },
  tls: { kind: 'switch', doc: 'HTTPS' },
  'use-tls': { kind: 'switch', doc: 'The same', hidden: true },
  ssl: { kind: 'switch', doc: 'The same', hidden: true },
  'tls-ca-cert-file': {
    kind: 'file',
    placeholder: 'FILE',
    doc: 'Authorities whose certificates are trusted',
  },
  'tls-cert-file': { kind: 'file', placeholder: 'FILE', doc: 'Our own certificate' },
  'tls-key-file': { kind: 'file', placeholder: 'FILE', doc: 'Its key' },
  insecure: { kind: 'switch', short: 'k', doc: 'Takes any certificate' },
  config: { kind: 'file', short: 'c', placeholder: 'FILE', doc: "rabbitmqadmin's configuration file" },
  help: { kind: 'switch', short: '?', doc: 'Help on the command' },
  'non-interactive': { kind: 'switch', doc: 'Tables without borders', hidden: true },
  verbose: { kind: 'switch', doc: 'Accepted', hidden: true },
  longnames: { kind: 'switch', short: 'l', doc: 'Accepted', hidden: true },
  'erlang-cookie': { kind: 'text', placeholder: 'C', doc: 'Accepted', hidden: true },
  'print-stacktrace': { kind: 'switch', doc: 'Accepted', hidden: true },
  'script-name': { kind: 'text', placeholder: 'S', doc: 'Accepted', hidden: true },
  'rabbitmq-home': { kind: 'text', placeholder: 'S', doc: 'Accepted', hidden: true },
} as const satisfies OptionTable
