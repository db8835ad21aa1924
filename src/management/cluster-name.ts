import type { ManagementServices } from './management-services.js'

/** The global parameter that holds it. */
export const CLUSTER_NAME = 'cluster_name'

/** The name that an operator gave the cluster, else that of the configuration. */
export function clusterNameOf({ doors, node }: ManagementServices): string {
  const name = doors.topology.globalParameters.get(CLUSTER_NAME)
  return typeof name === 'string' ? name : node.clusterName
}
