import type { Policy } from '../../core/policy/policy.js'
import type { Vhost } from '../../core/topology/vhost.js'
import { done, put } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import { requireKeys } from '../http/body.js'
import { objectNotFound } from '../http/http-error.js'
import { list, one } from '../http/list.js'
import type { Access, Route } from '../http/route.js'
import { POLICY } from '../schemas/access.js'
import { listOf, NUMBER, OBJECT, objectOf, TEXT } from '../schemas/basics.js'
import { policyView } from '../views/policy-view.js'

const POLICY_BODY = objectOf({ pattern: TEXT, definition: OBJECT }, { 'apply-to': TEXT, priority: NUMBER })

/** What tells policies and operator policies apart. */
interface PolicyKind {
  readonly path: string
  readonly parameter: string
  readonly noun: string
  readonly access: Access
  readonly contentType?: string
  policies(vhost: Vhost): ReadonlyMap<string, Policy>
}

const KINDS: readonly PolicyKind[] = [
  {
    path: '/policies',
    parameter: 'policy',
    noun: 'policy',
    access: 'policymaker',
    policies: ({ policies }) => policies,
  },
  {
    path: '/operator-policies',
    parameter: 'policy',
    noun: 'operator policy',
    access: 'administrator',
    contentType: 'application/json',
    policies: ({ operatorPolicies }) => operatorPolicies,
  },
]

export const POLICY_ROUTES: readonly Route[] = KINDS.flatMap(routesOf)

function routesOf(kind: PolicyKind): Route[] {
  const { path, noun, access } = kind
  const policyOf = (request: ApiRequest): Policy => {
    const policy = kind.policies(request.vhost).get(request.param('policy'))
    if (policy === undefined) throw objectNotFound()
    return policy
  }
  const listPolicies = (request: ApiRequest) =>
    list(request, {
      items: request.vhostsOfPath.flatMap((vhost) =>
        [...kind.policies(vhost).values()].map((policy) => ({ vhost, policy })),
      ),
      view: ({ vhost, policy }) => policyView(vhost.name, policy),
    })
  const common = { access: 'management', list: 'plain', answer: listOf(POLICY) } as const
  return [
    { ...common, method: 'GET', path, summary: `Every ${noun}`, handle: listPolicies },
    {
      ...common,
      method: 'GET',
      path: `${path}/:vhost`,
      summary: `Every ${noun} of a virtual host`,
      handle: listPolicies,
    },
    {
      method: 'GET',
      path: `${path}/:vhost/:policy`,
      access,
      summary: `One ${noun}`,
      answer: POLICY,
      handle: (request) => one(request, policyView(request.vhost.name, policyOf(request))),
    },
    {
      method: 'PUT',
      path: `${path}/:vhost/:policy`,
      access,
      summary: `Sets an ${noun}`.replace('an policy', 'a policy'),
      body: POLICY_BODY,
      ...(kind.contentType === undefined ? {} : { contentType: kind.contentType }),
      handle: (request) => {
        const { services, actor, body } = request
        const vhost = request.vhostToWrite.name
        requireKeys(body, 'pattern', 'definition')
        const policy = {
          name: request.param('policy'),
          pattern: body.pattern ?? null,
          definition: body.definition ?? null,
          priority: body.priority,
          applyTo: body['apply-to'],
        } as Parameters<typeof services.doors.setPolicy>[2]
        return put(
          kind.noun === 'policy'
            ? services.doors.setPolicy(actor, vhost, policy)
            : services.doors.setOperatorPolicy(actor, vhost, policy),
        )
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:vhost/:policy`,
      access,
      summary: `Clears an ${noun}`.replace('an policy', 'a policy'),
      handle: (request) => {
        const { doors } = request.services
        const { name } = policyOf(request)
        const vhost = request.vhost.name
        return done(
          kind.noun === 'policy'
            ? doors.clearPolicy(request.actor, vhost, name)
            : doors.clearOperatorPolicy(request.actor, vhost, name),
        )
      },
    },
  ]
}
