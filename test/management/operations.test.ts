import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { Reply, RequestOptions } from './api.js'
import { startApi } from './api.js'
import type { Operation } from './described-answers.js'
import { ACCESS_CASES } from './operations/access-cases.js'
import type { BadRequest, OperationCase, Who } from './operations/case.js'
import { NODE_CASES } from './operations/node-cases.js'
import { PEER_CASES } from './operations/peer-cases.js'
import { type Stage, setStage, TAGS, type Tag } from './operations/stage.js'
import { TOPOLOGY_CASES } from './operations/topology-cases.js'
import { wrongBodies } from './operations/wrong-bodies.js'

const CASES = [...TOPOLOGY_CASES, ...ACCESS_CASES, ...PEER_CASES, ...NODE_CASES]

/** Tags that may, and what the others are told. */
const RIGHTS: Readonly<
  Record<Exclude<Who, 'open'>, { readonly tags: readonly Tag[]; readonly refusal: string }>
> = {
  any: { tags: ['management', 'policymaker', 'monitoring', 'administrator'], refusal: '' },
  'own or monitoring': {
    tags: ['monitoring', 'administrator'],
    refusal: 'User not authorised to access object',
  },
  'own or administrator': { tags: ['administrator'], refusal: 'User not authorised to access object' },
  monitoring: { tags: ['monitoring', 'administrator'], refusal: 'Not monitor user' },
  policymaker: { tags: ['policymaker', 'administrator'], refusal: 'User not authorised to access object' },
  administrator: { tags: ['administrator'], refusal: 'Not administrator user' },
}
const GUEST: RequestOptions = { user: 'guest', password: 'guest' }
const ANONYMOUS: RequestOptions = { user: '' }

test('the document that describes the API is one', async (t) => {
  const document = await (await startApi(t)).document()
  const result = await new Validator().validate(JSON.parse(JSON.stringify(document)))
  assert.deepEqual(result.errors ?? [], [])
  assert.equal(result.valid, true)
})

test('every operation that is described succeeds, refuses whom it should, and takes no bad input', async (t) => {
  const stage = await setStage(t)
  const { paths } = await stage.api.document()
  const described = new Map<string, Operation>()
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      described.set(`${method.toUpperCase()} ${path}`, operation)
    }
  }
  const cases = new Map(CASES.map((each) => [each.operation, each]))
  assert.equal(cases.size, CASES.length, 'an operation has two cases')
  for (const [name, operation] of described) {
    await t.test(name, async () => {
      const each = cases.get(name)
      assert.ok(each !== undefined, 'has no case in test/management/operations/')
      const trial = new Trial(stage, each, operation)
      await trial.succeeds()
      await trial.refusesRoles()
      await trial.refusesOutsiders()
      await trial.missesWhatIsNotThere()
      await trial.refusesBadInput()
    })
  }
})

/** One case and everything that is tried with it. */
class Trial {
  readonly #stage: Stage
  readonly #case: OperationCase
  readonly #operation: Operation
  readonly #method: string
  readonly #path: string

  constructor(stage: Stage, each: OperationCase, operation: Operation) {
    this.#stage = stage
    this.#case = each
    this.#operation = operation
    const [method, path] = each.operation.split(' ')
    this.#method = method!
    this.#path = path!
  }

  async succeeds(): Promise<void> {
    const reply = await this.#call(GUEST, 'guest')
    assert.equal(reply.status, this.#case.status, reply.text)
  }

  async refusesRoles(): Promise<void> {
    const { who, status } = this.#case
    const anonymous = await this.#call(ANONYMOUS, 'guest')
    if (who === 'open') {
      assert.equal(anonymous.status, status)
      return
    }
    assert.deepEqual([anonymous.status, anonymous.text], [401, ''], 'without credentials')
    assert.equal(anonymous.headers.get('www-authenticate'), 'Basic realm="RabbitMQ Management"')
    const { tags, refusal } = { ...RIGHTS[who], ...(this.#case.refusal && { refusal: this.#case.refusal }) }
    for (const tag of TAGS) {
      const user = this.#stage.users[tag]
      if (tags.includes(tag)) {
        const allowed = await this.#call(user, 'guest')
        assert.equal(allowed.status, status, `as ${tag}: ${allowed.text}`)
      } else {
        const refused = await this.#call(user, 'guest')
        const reason = tag === 'none' ? 'Not management user' : refusal
        assert.deepEqual(
          [refused.status, refused.json],
          [401, { error: 'not_authorised', reason }],
          `as ${tag}`,
        )
      }
      if (who.startsWith('own') && tag !== 'none') {
        const own = await this.#call(user, user.user!)
        assert.equal(own.status, status, `what is ${tag}'s own: ${own.text}`)
      }
    }
  }

  /** Users who may not enter the vhost of the path are told that there is none. */
  async refusesOutsiders(): Promise<void> {
    const { who } = this.#case
    if (!this.#path.includes('{vhost}') || (who !== 'any' && who !== 'policymaker')) return
    const outsider = await this.#call(this.#stage.outsiders[who === 'any' ? 'management' : who], 'guest')
    assert.equal(outsider.status, 404, outsider.text)
    assert.deepEqual(outsider.json, { error: 'not_found', reason: 'Not Found' })
    // An administrator enters every vhost; what needs a permission there is refused in other words.
    const administrator = await this.#call(this.#stage.outsiders.administrator, 'guest')
    assert.notEqual(administrator.json?.error, 'not_found', administrator.text)
  }

  async missesWhatIsNotThere(): Promise<void> {
    const { missing = {}, status } = this.#case
    for (const [, parameter] of this.#path.matchAll(/\{(\w+)\}/g)) {
      const expected = missing[parameter!] ?? 404
      const reply = await this.#call(GUEST, 'guest', {
        fill: { [parameter!]: `no-${this.#stage.freshName()}` },
      })
      assert.equal(reply.status, expected, `no such ${parameter}: ${reply.text}`)
      if (expected === 404 && status !== 404) {
        assert.ok(['Object Not Found', 'not_found'].includes(reply.json.error), reply.text)
      }
    }
  }

  async refusesBadInput(): Promise<void> {
    for (const bad of [...(this.#case.bad ?? []), ...this.#wrongBodies()]) {
      const reply = await this.#call(GUEST, 'guest', bad)
      const what = JSON.stringify({ ...bad, reason: String(bad.reason) })
      assert.equal(reply.status, bad.status ?? 400, `${what}: ${reply.text}`)
      const reason: unknown = reply.json?.reason ?? ''
      assert.match(typeof reason === 'string' ? reason : String(reason), bad.reason, what)
    }
    const image = await this.#call(GUEST, 'guest', { headers: { accept: 'image/png' } })
    if (this.#method === 'GET' && this.#case.who !== 'open') {
      assert.deepEqual([image.status, image.text], [406, ''])
    }
    const patched = await this.#stage.api.send('PATCH', `/api${this.#pathFor({}, 'x', 'guest')}`, {
      body: {},
      user: '',
    })
    assert.deepEqual([patched.status, patched.text], [405, ''])
  }

  #wrongBodies(): readonly BadRequest[] {
    const schema = this.#operation.requestBody?.content['application/json'].schema
    return schema === undefined ? [] : wrongBodies(schema, this.#bodyFor('x'), this.#case.lenient ?? [])
  }

  async #call(user: RequestOptions, owner: string, changed: Partial<BadRequest> = {}): Promise<Reply> {
    const { arrange, headers, isStream } = this.#case
    const name = this.#stage.freshName()
    await arrange?.(this.#stage, name, owner)
    const path = `/api${this.#pathFor(changed.fill ?? {}, name, owner)}${changed.query ?? this.#case.query ?? ''}`
    const body = 'body' in changed ? changed.body : this.#bodyFor(name)
    const options: RequestOptions = {
      ...user,
      ...(changed.raw === undefined ? { body } : { raw: changed.raw }),
      headers: { ...headers, ...changed.headers },
    }
    return isStream === true
      ? this.#stage.api.begin(path, options)
      : this.#stage.api.send(this.#method, path, options)
  }

  #bodyFor(name: string): unknown {
    const { body } = this.#case
    return typeof body === 'function' ? (body as (name: string) => unknown)(name) : body
  }

  #pathFor(changed: Readonly<Record<string, string>>, name: string, owner: string): string {
    const { fill } = this.#case
    const given = typeof fill === 'function' ? fill(this.#stage, name, owner) : fill
    const values: Record<string, string> = { vhost: '%2F', node: this.#stage.node, ...given, ...changed }
    return this.#path.replace(/\{(\w+)\}/g, (_, parameter: string) => values[parameter] ?? name)
  }
}

test('answers as the document does not have them fail a test', async (t: TestContext) => {
  const { DescribedAnswers } = await import('./described-answers.js')
  const answers = new DescribedAnswers(await (await startApi(t)).document())
  const whoami = { name: 'guest', tags: [], is_internal_user: true }
  const given = { method: 'GET', path: '/api/whoami', status: 200, contentType: 'application/json' }
  answers.check({ ...given, text: JSON.stringify(whoami) })
  for (const wrong of [{ ...whoami, tags: 'administrator' }, { ...whoami, extra: 1 }, { name: 'guest' }]) {
    assert.throws(() => answers.check({ ...given, text: JSON.stringify(wrong) }), /data.*whoami -> 200/)
  }
  assert.throws(() => answers.check({ ...given, status: 202, text: '' }), /status not described/)
  assert.throws(() => answers.check({ ...given, contentType: 'text/plain', text: 'x' }), /content type/)
  const partial = { ...given, path: '/api/whoami?columns=name', text: '{"name":"guest"}' }
  answers.check(partial)
})
