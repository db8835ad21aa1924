import { isNotFound, path } from '../api/api.js'
import { ApiError, refusedAs } from '../api/api-error.js'
import { CliError } from '../cli-error.js'
import type { Command, Tool } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { type JsonObject, numberIn, textIn } from '../json.js'
import { DONE, type Result, rows } from '../output/result.js'
import { requireVhost } from './user-names.js'
import { parsedJson } from './values.js'

const base = { tools: ['rabbitmqctl'], group: 'Policies and parameters' } as const
const POLICY_COLUMNS = ['vhost', 'name', 'pattern', 'apply-to', 'definition', 'priority']
const APPLY_TO = ['all', 'queues', 'exchanges', 'classic_queues', 'quorum_queues', 'streams']

export const POLICY_COMMANDS: readonly Command[] = [
  ...policyCommands('policy', 'policies', 'policies', 'policy'),
  ...policyCommands('operator_policy', 'operator_policies', 'operator-policies', 'operator policy override'),
  {
    ...base,
    tools: ['rabbitmq-diagnostics'],
    name: 'list_policies_that_match',
    summary: 'Policies whose pattern fits a queue or exchange, the strongest first',
    arguments: [{ name: 'NAME' }],
    options: {
      'object-type': {
        kind: 'text',
        placeholder: 'T',
        doc: 'Default queue',
        choices: ['queue', 'exchange', 'classic_queue', 'quorum_queue', 'stream'],
      },
    },
    banner: ({ args, vhost }) => `Listing policies that match ${args[0]} in vhost ${vhost} ...`,
    run: async (invocation) => {
      const type = invocation.text('object-type') ?? 'queue'
      const name = invocation.arg(0)
      const policies = await listOrNone(invocation, path`/policies/${invocation.vhost}`)
      const matching = policies
        .filter((policy) => appliesTo(textIn(policy['apply-to']), type) && fits(textIn(policy.pattern), name))
        .sort((a, b) => numberIn(b.priority) - numberIn(a.priority))
      return policyRows(matching)
    },
  },
  {
    ...base,
    name: 'set_parameter',
    summary: 'Sets a runtime parameter of a virtual host',
    arguments: [{ name: 'COMPONENT' }, { name: 'NAME' }, { name: 'JSON' }],
    banner: ({ args, vhost }) =>
      `Setting runtime parameter "${args[1]}" for component "${args[0]}" to "${args[2]}" in vhost "${vhost}" ...`,
    run: async (invocation) => {
      const [component = '', name = '', json = ''] = invocation.args
      const { api, vhost } = invocation
      const value = parsedJson(json)
      await requireVhost(invocation, vhost, EXIT.unavailable)
      await refusing(() =>
        api.put(path`/parameters/${component}/${vhost}/${name}`, { component, vhost, name, value }),
      )
      return DONE
    },
  },
  {
    ...base,
    name: 'clear_parameter',
    summary: 'Clears a runtime parameter',
    arguments: [{ name: 'COMPONENT' }, { name: 'NAME' }],
    banner: ({ args, vhost }) =>
      `Clearing runtime parameter "${args[1]}" for component "${args[0]}" on vhost "${vhost}" ...`,
    run: ({ api, args: [component = '', name = ''], vhost }) =>
      cleared(() => api.delete(path`/parameters/${component}/${vhost}/${name}`)),
  },
  {
    ...base,
    name: 'list_parameters',
    summary: 'Runtime parameters of a virtual host',
    banner: ({ vhost }) => `Listing runtime parameters for vhost "${vhost}" ...`,
    run: async ({ api, vhost }) => {
      const all = await api.list('/parameters')
      const items = all.filter((item) => item.vhost === vhost)
      return rows(['component', 'name', 'value'], items.map(withValueText))
    },
  },
  {
    ...base,
    name: 'set_global_parameter',
    summary: 'Sets a runtime parameter of the whole cluster',
    arguments: [{ name: 'NAME' }, { name: 'JSON' }],
    banner: ({ args }) => `Setting global runtime parameter "${args[0]}" to "${args[1]}" ...`,
    run: async ({ api, args: [name = '', json = ''] }) => {
      const value = parsedJson(json)
      await refusing(() => api.put(path`/global-parameters/${name}`, { name, value }))
      return DONE
    },
  },
  {
    ...base,
    name: 'clear_global_parameter',
    summary: 'Clears one',
    arguments: [{ name: 'NAME' }],
    banner: ({ args }) => `Clearing global runtime parameter "${args[0]}" ...`,
    run: ({ api, args: [name = ''] }) => cleared(() => api.delete(path`/global-parameters/${name}`)),
  },
  {
    ...base,
    name: 'list_global_parameters',
    summary: 'Runtime parameters of the whole cluster',
    banner: () => 'Listing global runtime parameters ...',
    run: async ({ api }) =>
      rows(['name', 'value'], (await api.list('/global-parameters')).map(withValueText)),
  },
  {
    ...base,
    name: 'set_cluster_name',
    summary: 'Names the cluster',
    arguments: [{ name: 'NAME' }],
    banner: ({ args }) => `Setting cluster name to ${args[0]} ...`,
    run: async (invocation) => {
      await invocation.api.put('/cluster-name', { name: invocation.arg(0) })
      return DONE
    },
  },
]

/** set, clear and list, which policies and operator policies have alike. */
function policyCommands(singular: string, plural: string, segment: string, words: string): Command[] {
  return [
    {
      ...base,
      name: `set_${singular}`,
      summary: `Sets ${singular === 'policy' ? 'a policy' : 'an operator policy, which limits what policies may say'}`,
      arguments: [{ name: 'NAME' }, { name: 'PATTERN' }, { name: 'JSON' }],
      options: {
        priority: {
          kind: 'integer',
          placeholder: 'N',
          doc: 'Of several that fit, the highest counts. Default 0',
        },
        'apply-to': { kind: 'text', placeholder: 'T', doc: 'Default all', choices: APPLY_TO },
      },
      banner: (invocation) => {
        const [name, pattern, json] = invocation.args
        const priority = invocation.text('priority') ?? '0'
        return `Setting ${words} "${name}" for pattern "${pattern}" to "${json}" with priority "${priority}" for vhost "${invocation.vhost}" ...`
      },
      run: async (invocation) => {
        const { api, vhost } = invocation
        const [name = '', pattern = '', json = ''] = invocation.args
        await requireVhost(invocation, vhost, EXIT.unavailable)
        await refusing(() =>
          api.put(`/${segment}${path`/${vhost}/${name}`}`, {
            pattern,
            definition: parsedJson(json),
            priority: invocation.number('priority') ?? 0,
            'apply-to': invocation.text('apply-to') ?? (singular === 'policy' ? 'all' : 'queues'),
          }),
        )
        return DONE
      },
    },
    {
      ...base,
      name: `clear_${singular}`,
      summary: 'Clears one',
      arguments: [{ name: 'NAME' }],
      banner: ({ args, vhost }) => `Clearing ${words} "${args[0]}" on vhost "${vhost}" ...`,
      run: ({ api, args: [name = ''], vhost }) =>
        cleared(() => api.delete(`/${segment}${path`/${vhost}/${name}`}`)),
    },
    {
      ...base,
      tools: ['rabbitmqctl', 'rabbitmq-diagnostics'] satisfies Tool[],
      name: `list_${plural}`,
      summary: `${singular === 'policy' ? 'Policies' : 'Operator policies'} of a virtual host`,
      banner: ({ vhost }) =>
        `Listing ${singular === 'policy' ? 'policies' : 'operator policy overrides'} for vhost "${vhost}" ...`,
      run: async (invocation) =>
        policyRows(await listOrNone(invocation, `/${segment}${path`/${invocation.vhost}`}`)),
    },
  ]
}

function policyRows(policies: readonly JsonObject[]): Result {
  return rows(
    POLICY_COLUMNS,
    policies.map((policy) => ({ ...policy, definition: JSON.stringify(policy.definition) })),
  )
}

async function listOrNone({ api }: Invocation, at: string): Promise<JsonObject[]> {
  try {
    return await api.list(at)
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

/** Values of parameters are told as JSON text. */
function withValueText(parameter: JsonObject): JsonObject {
  return { ...parameter, value: JSON.stringify(parameter.value) }
}

/** A refusal of policies and parameters has status 69. */
async function refusing(change: () => Promise<unknown>): Promise<void> {
  try {
    await change()
  } catch (error) {
    throw error instanceof ApiError && error.status === 400 ? refusedAs(EXIT.unavailable, error) : error
  }
}

async function cleared(deletion: () => Promise<unknown>): Promise<Result> {
  try {
    await deletion()
    return DONE
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw new CliError(EXIT.unavailable, 'Parameter does not exist', { cause: error })
  }
}

function appliesTo(applyTo: string, type: string): boolean {
  if (applyTo === 'all') return true
  if (applyTo === 'exchanges') return type === 'exchange'
  return type !== 'exchange' && (applyTo === 'queues' || type === 'queue' || applyTo === `${type}s`)
}

/** Both patterns and names are the operator's own here. */
function fits(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(name)
  } catch {
    return false
  }
}
