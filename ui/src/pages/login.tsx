import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError } from '../api/client.js'
import { login } from '../api/session.js'
import { Button } from '../components/basics.js'
import { TextField } from '../components/fields.js'

/** Whoever is not logged in sees this, at whatever address; the address stays for afterwards. */
export function Login() {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState('')
  const [isBusy, setBusy] = useState(false)

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setProblem('')
    try {
      await login(name, password)
      await client.invalidateQueries({ queryKey: ['whoami'] })
    } catch (error) {
      setProblem(problemOf(error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <main className="splash">
      <div className="login">
        <h1 className="brand">
          <img src="./favicon.svg" alt="" />
          Leveret
        </h1>
        <form className="panel" onSubmit={(event) => void submit(event)}>
          <TextField
            label="User"
            value={name}
            onChange={setName}
            autoComplete="username"
            required
            autoFocus
          />
          <TextField
            label="Password"
            type="password"
            value={password}
            onChange={setPassword}
            autoComplete="current-password"
          />
          <p className="login-error" role="alert">
            {problem}
          </p>
          <Button type="submit" tone="primary" disabled={isBusy}>
            Log in
          </Button>
        </form>
      </div>
    </main>
  )
}

function problemOf(error: unknown): string {
  if (!(error instanceof ApiError)) return 'The login failed'
  if (error.message === 'Not_Authorized') return 'User or password is wrong.'
  if (error.message === 'Not management user') {
    return 'This user may not use these pages. Give it the tag management, monitoring, policymaker or administrator.'
  }
  if (error.message.startsWith('User can only log in via localhost')) {
    return 'This user may log in from the machine of the broker only.'
  }
  return error.message
}
