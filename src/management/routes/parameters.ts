import type { ParameterValue } from '../../core/policy/parameter-value.js'
import type { Vhost } from '../../core/topology/vhost.js'
import { CLUSTER_NAME, clusterNameOf } from '../cluster-name.js'
import { CREATED, done, NO_CONTENT, ok, put } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import { requireKeys, textIn } from '../http/body.js'
import { objectNotFound } from '../http/http-error.js'
import { list, one } from '../http/list.js'
import type { Route } from '../http/route.js'
import { GLOBAL_PARAMETER, PARAMETER } from '../schemas/access.js'
import { ANY, listOf, objectOf, TEXT } from '../schemas/basics.js'
import { type ParameterRecord, parametersOf, parameterView } from '../views/parameter-view.js'

const VALUE_BODY = objectOf({ value: ANY })

export const PARAMETER_ROUTES: readonly Route[] = [
  ...['/parameters', '/parameters/:component', '/parameters/:component/:vhost'].map(
    (path): Route => ({
      method: 'GET',
      path,
      access: 'policymaker',
      summary: 'Runtime parameters',
      list: 'plain',
      answer: listOf(PARAMETER),
      handle: (request) => list(request, { items: parametersIn(request), view: parameterView }),
    }),
  ),
  {
    method: 'GET',
    path: '/parameters/:component/:vhost/:name',
    access: 'policymaker',
    summary: 'One runtime parameter',
    answer: PARAMETER,
    handle: (request) => one(request, parameterView(parameterOf(request))),
  },
  {
    method: 'PUT',
    path: '/parameters/:component/:vhost/:name',
    access: 'policymaker',
    summary: 'Sets a runtime parameter',
    body: VALUE_BODY,
    handle: (request) => {
      const { services, actor, body } = request
      const vhost = request.vhostToWrite.name
      requireKeys(body, 'value')
      const { component, name } = request.params
      return put(services.doors.setParameter(actor, vhost, component!, name!, body.value as ParameterValue))
    },
  },
  {
    method: 'DELETE',
    path: '/parameters/:component/:vhost/:name',
    access: 'policymaker',
    summary: 'Clears a runtime parameter',
    handle: (request) => {
      const { component, name, vhost } = parameterOf(request)
      const { doors } = request.services
      if (component === 'operator_policy') return done(doors.clearOperatorPolicy(request.actor, vhost, name))
      return done(doors.clearParameter(request.actor, vhost, component, name))
    },
  },
  {
    method: 'GET',
    path: '/global-parameters',
    access: 'policymaker',
    summary: 'Global parameters',
    list: 'plain',
    answer: listOf(GLOBAL_PARAMETER),
    handle: (request) => {
      const items = [...request.services.doors.topology.globalParameters]
      return list(request, { items, view: ([name, value]) => ({ name, value }) })
    },
  },
  {
    method: 'GET',
    path: '/global-parameters/:name',
    access: 'policymaker',
    summary: 'One global parameter',
    answer: GLOBAL_PARAMETER,
    handle: (request) => {
      const name = request.param('name')
      return one(request, { name, value: globalParameter(request, name) })
    },
  },
  {
    method: 'PUT',
    path: '/global-parameters/:name',
    access: 'policymaker',
    summary: 'Sets a global parameter',
    body: VALUE_BODY,
    handle: ({ services, actor, body, params }) => {
      requireKeys(body, 'value')
      return put(services.doors.setGlobalParameter(actor, params.name!, body.value as ParameterValue))
    },
  },
  {
    method: 'DELETE',
    path: '/global-parameters/:name',
    access: 'policymaker',
    summary: 'Clears a global parameter',
    handle: (request) => {
      const name = request.param('name')
      globalParameter(request, name)
      return done(request.services.doors.clearGlobalParameter(request.actor, name))
    },
  },
  {
    method: 'GET',
    path: '/cluster-name',
    access: 'management',
    summary: "The cluster's name",
    answer: objectOf({ name: TEXT }),
    handle: ({ services }) => ok({ name: clusterNameOf(services) }),
  },
  {
    method: 'PUT',
    path: '/cluster-name',
    access: 'administrator',
    summary: "Sets the cluster's name",
    body: objectOf({ name: TEXT }),
    handle: async ({ services, actor, body }) => {
      requireKeys(body, 'name')
      const { created, durable } = services.doors.setGlobalParameter(
        actor,
        CLUSTER_NAME,
        textIn(body, 'name', ''),
      )
      await durable
      return created ? CREATED : NO_CONTENT
    },
  },
]

function parametersIn(request: ApiRequest): ParameterRecord[] {
  const { component } = request.params
  return request.vhostsOfPath
    .flatMap((vhost: Vhost) => [...parametersOf(vhost)])
    .filter((parameter) => component === undefined || parameter.component === component)
}

function parameterOf(request: ApiRequest): ParameterRecord {
  const { component, name } = request.params
  for (const parameter of parametersOf(request.vhost)) {
    if (parameter.component === component && parameter.name === name) return parameter
  }
  throw objectNotFound()
}

function globalParameter({ services }: ApiRequest, name: string): ParameterValue {
  const value = services.doors.topology.globalParameters.get(name)
  if (value === undefined) throw objectNotFound()
  return value
}
