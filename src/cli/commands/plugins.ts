import { badValue } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { textIn } from '../json.js'
import { checked, text } from '../output/result.js'
import { nodeFacts } from './node-facts.js'

const base = { tools: ['rabbitmq-plugins'], group: 'Plugins' } as const
const PLACE = {
  offline: { kind: 'switch', doc: 'Accepted' },
  online: { kind: 'switch', doc: 'Accepted' },
  all: { kind: 'switch', doc: 'Every plugin' },
} as const

/** Plugins here are features that are there from the start: what RabbitMQ's names for them ask is told, not done. */
export const PLUGIN_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'plugins list',
    summary: 'Plugins of RabbitMQ whose features the node has',
    arguments: [{ name: 'PATTERN', isOptional: true }],
    options: {
      minimal: { kind: 'switch', short: 'm', doc: 'Names only' },
      verbose: { kind: 'switch', short: 'v', doc: 'Accepted' },
      enabled: { kind: 'switch', short: 'e', doc: 'Only those that are enabled' },
      'explicitly-enabled': { kind: 'switch', short: 'E', doc: 'The same' },
    },
    banner: ({ args: [pattern = '.*'] }) => `Listing plugins with pattern "${pattern}" ...`,
    run: async (invocation) => {
      const names = (await enabled(invocation)).filter(matcher(invocation.args[0] ?? ''))
      const version = textIn((await invocation.api.overview()).rabbitmq_version)
      const json = {
        status: 'running',
        format: invocation.flag('minimal') ? 'minimal' : 'normal',
        plugins: names.map((name) => ({
          name,
          enabled: 'enabled',
          running: true,
          version,
          running_version: version,
        })),
      }
      if (invocation.flag('minimal')) return text(names.join('\n'), json)
      const width = Math.max(0, ...names.map((name) => name.length))
      const legend = [
        ' Configured: E = explicitly enabled; e = implicitly enabled',
        ` | Status: * = running on ${await invocation.api.nodeName()}`,
        ' |/',
      ]
      return text(
        [...legend, ...names.map((name) => `[E*] ${name.padEnd(width)} ${version}`)].join('\n'),
        json,
      )
    },
  },
  {
    ...base,
    name: 'plugins is_enabled',
    aliases: ['is_enabled'],
    summary: 'Fails unless all of these are enabled',
    arguments: [{ name: 'PLUGIN', isRepeated: true }],
    options: PLACE,
    banner: ({ args }) => `Asking the node if plugins ${args.join(', ')} are enabled ...`,
    run: async (invocation) => {
      const known = new Set(await enabled(invocation))
      const missing = invocation.args.filter((name) => !known.has(name))
      const node = await invocation.api.nodeName()
      return missing.length === 0
        ? checked(true, `Plugins ${invocation.args.join(', ')} are enabled on node ${node}`, EXIT.unavailable)
        : checked(false, `Plugins ${missing.join(', ')} are not enabled on node ${node}`, EXIT.unavailable)
    },
  },
  ...['enable', 'disable', 'set'].map(
    (verb): Command => ({
      ...base,
      name: `plugins ${verb}`,
      summary: `${verb === 'disable' ? 'Disables' : 'Enables'} plugins; changes nothing here and says what there is`,
      arguments: [{ name: 'PLUGIN', isOptional: true, isRepeated: true }],
      options: PLACE,
      banner: async ({ api }) =>
        `${verb === 'disable' ? 'Disabling' : 'Enabling'} plugins on node ${await api.nodeName()}:`,
      run: async (invocation) => {
        const known = await enabled(invocation)
        const node = await invocation.api.nodeName()
        const names = invocation.flag('all') ? known : invocation.args
        const missing = names.filter((name) => !known.includes(name))
        if (verb !== 'disable' && missing.length > 0) {
          invocation.io.err(`WARNING - plugins currently enabled but missing: ${missing.join(', ')}\n`)
        }
        const kept = verb === 'disable' ? names.filter((name) => known.includes(name)) : []
        if (kept.length > 0) invocation.io.err(`WARNING - these cannot be disabled: ${kept.join(', ')}\n`)
        return text(
          [
            ...names,
            'The following plugins have been configured:',
            ...known.map((name) => `  ${name}`),
            `Applying plugin configuration to ${node}...`,
            'Plugin configuration unchanged.',
          ].join('\n'),
          { result: 'ok', node, enabled: known, missing },
        )
      },
    }),
  ),
]

async function enabled(invocation: Invocation): Promise<string[]> {
  const { enabled_plugins: names } = await nodeFacts(invocation)
  return Array.isArray(names) ? names.map(textIn) : []
}

function matcher(pattern: string): (name: string) => boolean {
  try {
    const expression = new RegExp(pattern, 'i')
    return (name) => expression.test(name)
  } catch {
    throw badValue(`not a regular expression: ${pattern}`)
  }
}
