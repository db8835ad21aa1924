import { BUILT_IN_PLUGINS, PLUGIN_SETTINGS } from '../../util/built-in-plugins.js'
import { badValue } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { textIn } from '../json.js'
import { checked, text } from '../output/result.js'
import { nodeFacts } from './node-facts.js'

const base = { tools: ['rabbitmq-plugins'], group: 'Plugins' } as const
const PLACE = {
  offline: { kind: 'switch', doc: 'Asks no node' },
  online: { kind: 'switch', doc: 'Asks the node, which is the default' },
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
      offline: PLACE.offline,
      online: PLACE.online,
    },
    banner: ({ args: [pattern = '.*'] }) => `Listing plugins with pattern "${pattern}" ...`,
    run: async (invocation) => {
      const names = (await enabled(invocation)).filter(matcher(invocation.args[0] ?? ''))
      const isOffline = invocation.flag('offline')
      const version = isOffline ? '' : textIn((await invocation.api.overview()).rabbitmq_version)
      const json = {
        status: isOffline ? 'node_down' : 'running',
        format: invocation.flag('minimal') ? 'minimal' : 'normal',
        plugins: names.map((name) => ({
          name,
          enabled: 'enabled',
          running: !isOffline,
          version,
          running_version: version,
        })),
      }
      if (invocation.flag('minimal')) return text(names.join('\n'), json)
      const width = Math.max(0, ...names.map((name) => name.length))
      const legend = [
        ' Configured: E = explicitly enabled; e = implicitly enabled',
        isOffline
          ? ' | Status: [not asked for]'
          : ` | Status: * = running on ${await invocation.api.nodeName()}`,
        ' |/',
      ]
      const mark = isOffline ? '[E ]' : '[E*]'
      const lines = names.map((name) => `${mark} ${name.padEnd(width)} ${version}`.trimEnd())
      return text([...legend, ...lines].join('\n'), json)
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
      const node = await placeOf(invocation)
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
      banner: async (invocation) =>
        `${verb === 'disable' ? 'Disabling' : 'Enabling'} plugins on node ${await placeOf(invocation)}:`,
      run: async (invocation) => {
        const known = await enabled(invocation)
        const node = await placeOf(invocation)
        const names = invocation.flag('all') ? known : invocation.args
        const settings = names.filter((name) => Object.hasOwn(PLUGIN_SETTINGS, name))
        for (const name of settings)
          invocation.io.err(`WARNING - ${name} is a setting here: ${PLUGIN_SETTINGS[name]}\n`)
        const missing = names.filter((name) => !known.includes(name) && !settings.includes(name))
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
            ...(invocation.flag('offline') ? [] : [`Applying plugin configuration to ${node}...`]),
            'Plugin configuration unchanged.',
          ].join('\n'),
          { result: 'ok', node, enabled: [...known], missing },
        )
      },
    }),
  ),
  {
    ...base,
    name: 'plugins directories',
    aliases: ['directories'],
    summary: 'Where plugins would be: they are part of the program here',
    options: PLACE,
    run: (invocation) =>
      text(
        [
          'Plugin archives directory: (none)',
          'Plugin expansion directory: (none)',
          `Enabled plugins file: ${invocation.environment.RABBITMQ_ENABLED_PLUGINS_FILE ?? '(none)'}`,
        ].join('\n'),
      ),
  },
]

/** What the node says it has; without asking it, what every node has. */
async function enabled(invocation: Invocation): Promise<readonly string[]> {
  if (invocation.flag('offline')) return BUILT_IN_PLUGINS
  const { enabled_plugins: names } = await nodeFacts(invocation)
  return Array.isArray(names) ? names.map(textIn) : []
}

/** The node's name, or what stands for it where no node is asked. */
async function placeOf(invocation: Invocation): Promise<string> {
  return invocation.flag('offline') ? (invocation.text('node') ?? 'offline') : invocation.api.nodeName()
}

function matcher(pattern: string): (name: string) => boolean {
  try {
    const expression = new RegExp(pattern, 'i')
    return (name) => expression.test(name)
  } catch {
    throw badValue(`not a regular expression: ${pattern}`)
  }
}
