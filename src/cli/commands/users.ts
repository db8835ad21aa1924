import { createHash, randomBytes } from 'node:crypto'
import { ifThere, path } from '../api/api.js'
import { badValue, CliError } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { type Json, textIn } from '../json.js'
import { DONE, rows, text } from '../output/result.js'
import { userNamed } from './user-names.js'

const base = { tools: ['rabbitmqctl'], group: 'Users' } as const

export const USER_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'add_user',
    summary: 'Makes a user; the password is asked for, or read from stdin, when it is not given',
    arguments: [{ name: 'NAME' }, { name: 'PASSWORD', isOptional: true }],
    options: {
      'pre-hashed-password': { kind: 'switch', doc: 'The password is a hash, as hash_password prints it' },
    },
    banner: ({ args }) => `Adding user "${args[0]}" ...`,
    run: async (invocation) => {
      const { api } = invocation
      const name = invocation.arg(0)
      if ((await api.find(path`/users/${name}`)) !== undefined) {
        throw new CliError(EXIT.software, `User "${name}" already exists`)
      }
      await api.put(path`/users/${name}`, { ...(await credentials(invocation)), tags: [] })
      return text(
        "Done. Don't forget to grant the user permissions to some virtual hosts! " +
          "See 'rabbitmqctl help set_permissions' to learn more.",
      )
    },
  },
  {
    ...base,
    name: 'delete_user',
    summary: 'Deletes a user and closes the connections made in that name',
    arguments: [{ name: 'NAME' }],
    banner: ({ args }) => `Deleting user "${args[0]}" ...`,
    run: async (invocation) => {
      await ifThere(invocation.api.delete(path`/users/${invocation.arg(0)}`))
      return DONE
    },
  },
  {
    ...base,
    name: 'change_password',
    summary: 'Gives a user another password',
    arguments: [{ name: 'NAME' }, { name: 'PASSWORD', isOptional: true }],
    options: {
      'pre-hashed-password': { kind: 'switch', doc: 'The password is a hash, as hash_password prints it' },
    },
    banner: ({ args }) => `Changing password for user "${args[0]}" ...`,
    run: async (invocation) => {
      const { tags = [] } = await userNamed(invocation, invocation.arg(0))
      await invocation.api.put(path`/users/${invocation.arg(0)}`, {
        ...(await credentials(invocation)),
        tags,
      })
      return DONE
    },
  },
  {
    ...base,
    name: 'clear_password',
    summary: 'Takes the password of a user away, who can then not log in with one',
    arguments: [{ name: 'NAME' }],
    banner: ({ args }) => `Clearing password for user "${args[0]}" ...`,
    run: async (invocation) => {
      const { tags = [] } = await userNamed(invocation, invocation.arg(0))
      await invocation.api.put(path`/users/${invocation.arg(0)}`, { password_hash: '', tags })
      return DONE
    },
  },
  {
    ...base,
    name: 'authenticate_user',
    summary: 'Tries the password of a user',
    arguments: [{ name: 'NAME' }, { name: 'PASSWORD', isOptional: true }],
    banner: ({ args }) => `Authenticating user "${args[0]}" ...`,
    run: async (invocation) => {
      const username = invocation.arg(0)
      const password = await passwordOf(invocation)
      const answer = await invocation.api.raw({
        method: 'GET',
        path: '/whoami',
        credentials: { username, password },
      })
      // A password that is right, of a user who may not use the API, is answered in other words.
      if (answer.status === 200 || answer.body.includes('not_authorised')) return text('Success')
      throw badValue(`failed to authenticate user "${username}"`)
    },
  },
  {
    ...base,
    name: 'set_user_tags',
    summary: 'Sets the tags of a user; none clears them',
    arguments: [
      { name: 'NAME' },
      {
        name: 'TAG',
        isOptional: true,
        isRepeated: true,
        choices: ['administrator', 'monitoring', 'policymaker', 'management'],
      },
    ],
    banner: ({ args }) => `Setting tags for user "${args[0]}" to [${args.slice(1).join(', ')}] ...`,
    run: async (invocation) => {
      const [name = '', ...tags] = invocation.args
      const user = await userNamed(invocation, name)
      await invocation.api.put(path`/users/${name}`, { ...hashOf(user), tags })
      return DONE
    },
  },
  {
    ...base,
    name: 'list_users',
    tools: ['rabbitmqctl', 'rabbitmq-diagnostics'],
    summary: 'Users with their tags',
    banner: () => 'Listing users ...',
    run: async ({ api }) => {
      const users = await api.paged('/users')
      return rows(
        ['user', 'tags'],
        users.map(({ name, tags }) => ({ user: name, tags })),
      )
    },
  },
  {
    ...base,
    name: 'hash_password',
    summary: 'Prints a salted hash of a password',
    arguments: [{ name: 'PASSWORD', isOptional: true }],
    options: {
      'hashing-algorithm': {
        kind: 'text',
        placeholder: 'A',
        doc: 'Default sha256',
        choices: ['sha256', 'sha512', 'rabbit_password_hashing_sha256', 'rabbit_password_hashing_sha512'],
      },
    },
    banner: () => 'Will hash password with a random salt ...',
    run: async (invocation) => {
      const password = invocation.args[0] ?? (await invocation.io.secret('Password: '))
      const algorithm = (invocation.text('hashing-algorithm') ?? 'sha256').replace(/^.*_/, '')
      const salt = randomBytes(4)
      const hash = createHash(algorithm).update(salt).update(password).digest()
      return text(Buffer.concat([salt, hash]).toString('base64'))
    },
  },
]

async function credentials(invocation: Invocation): Promise<Record<string, Json>> {
  const password = await passwordOf(invocation)
  return invocation.flag('pre-hashed-password') ? { password_hash: password } : { password }
}

async function passwordOf(invocation: Invocation): Promise<string> {
  const password = invocation.args[1] ?? (await invocation.io.secret('Password: '))
  if (password === '') throw badValue('Password cannot be empty')
  return password
}

/** A user is replaced whole by the API, so the hash goes along. */
function hashOf(user: Record<string, Json>): Record<string, Json> {
  const { password_hash, hashing_algorithm } = user
  return {
    password_hash: textIn(password_hash),
    ...(hashing_algorithm === undefined ? {} : { hashing_algorithm }),
  }
}
