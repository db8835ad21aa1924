import type { Command } from '../command.js'

export const IMPORT_COMMANDS: readonly Command[] = [
  {
    name: 'import-from',
    tools: ['leveret'],
    group: 'Files and migration',
    summary: 'Takes over from a running RabbitMQ: copies its definitions, then moves its messages here',
    arguments: [{ name: 'AMQP_URI' }, { name: 'HTTP_URI' }],
    options: {
      'definitions-only': { kind: 'switch', doc: 'Leaves the messages where they are' },
      'messages-only': { kind: 'switch', doc: 'The queues are here already' },
      'queue-pattern': {
        kind: 'text',
        placeholder: 'RE',
        doc: 'Moves the messages of queues with such names',
      },
      to: {
        kind: 'text',
        placeholder: 'AMQP_URI',
        doc: 'Where messages go, when the listener that the node tells is not reached from here',
      },
    },
    banner: ({ args }) => `Importing from ${withoutPassword(args[1] ?? '')} ...`,
    run: async (invocation) => {
      const { importFrom } = await import('../import/import-from.js')
      return importFrom(invocation)
    },
  },
]

function withoutPassword(uri: string): string {
  return uri.replace(/:\/\/[^@/]*@/, '://')
}
