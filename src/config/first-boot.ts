import type { DefinitionsSource, VhostDefaultsOptions } from './broker-options.js'
import { ConfigError } from './config-error.js'
import type { OptionValues } from './options.js'

const EVERYTHING = '.*'

/** What new virtual hosts get by their names. */
export function vhostDefaultsOf(values: OptionValues): VhostDefaultsOptions {
  const { defaultUsers, defaultOperatorPolicies, defaultLimits } = values
  return {
    users: Object.entries(defaultUsers).map(([name, user]) => ({
      name,
      vhostPattern: user.vhost_pattern ?? EVERYTHING,
      password: user.password,
      permissions: {
        configure: user.configure ?? EVERYTHING,
        write: user.write ?? EVERYTHING,
        read: user.read ?? EVERYTHING,
      },
      tags: user.tags ?? [],
    })),
    operatorPolicies: Object.entries(defaultOperatorPolicies).map(([name, policy]) => {
      const { vhost_pattern, queue_pattern, apply_to, ...keys } = policy
      return {
        name,
        vhostPattern: vhost_pattern ?? EVERYTHING,
        queuePattern: queue_pattern ?? EVERYTHING,
        applyTo: apply_to ?? 'queues',
        definition: Object.fromEntries(
          Object.entries(keys).map(([key, value]) => [key.replaceAll('_', '-'), value]),
        ),
      }
    }),
    limits: Object.values(defaultLimits).map((limits) => ({
      vhostPattern: limits.pattern ?? EVERYTHING,
      maxConnections: limits.max_connections,
      maxQueues: limits.max_queues,
    })),
  }
}

/** Where definitions come from at a start; undefined when none are to. Throws {@link ConfigError} without a URL. */
export function definitionsSourceOf(values: OptionValues): DefinitionsSource | undefined {
  const skipIfUnchanged = values.definitionsSkipUnchanged ? values.definitionsHash : undefined
  const { loadDefinitions: path, definitionsUrl: url } = values
  if (values.definitionsBackend === 'local_filesystem') {
    return path === undefined ? undefined : { from: { path }, skipIfUnchanged }
  }
  if (url === undefined || !/^https?:\/\//.test(url)) {
    throw new ConfigError(
      'definitions.import_backend = https needs definitions.https.url, an address on the web',
    )
  }
  const tls = url.startsWith('https:')
    ? {
        caFile: values.definitionsTlsCaFile,
        certFile: values.definitionsTlsCertFile,
        keyFile: values.definitionsTlsKeyFile,
        keyPassword: values.definitionsTlsKeyPassword,
        verify: values.definitionsTlsVerify,
      }
    : undefined
  return { from: { url, tls }, skipIfUnchanged }
}
