import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { apiPage } from '../api/client.js'
import { useApi } from '../api/hooks.js'
import { useSession } from '../api/session.js'
import { NAVIGATION } from '../app.js'
import { href } from '../util/router.js'
import { Icon, type IconName } from './icon.js'
import { useTheme } from './theme.js'

interface Command {
  readonly id: string
  readonly text: string
  readonly note: string
  readonly icon: IconName
  readonly run: () => void
}

const FOUND_MAX = 8

/** Goes to any page, queue or exchange by a few letters of its name. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const id = useId()
  const commands = useCommands(text)
  useEffect(() => {
    if (dialog.current !== null && !dialog.current.open) dialog.current.showModal()
  }, [])
  const current = Math.min(chosen, commands.length - 1)

  function run(command: Command | undefined): void {
    if (command === undefined) return
    dialog.current?.close()
    command.run()
  }
  function onKeyDown(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setChosen((current + step + commands.length) % Math.max(1, commands.length))
    else if (event.key === 'Enter') run(commands[current])
    else return
    event.preventDefault()
  }
  return (
    <dialog ref={dialog} className="dialog palette" aria-label="Go to anything" onClose={onClose}>
      <div className="dialog-head">
        <input
          className="input palette-input"
          placeholder="A page, a queue, an exchange…"
          aria-label="Search"
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={commands[current] === undefined ? undefined : `${id}-${current}`}
          value={text}
          spellCheck={false}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setText(event.target.value)
            setChosen(0)
          }}
        />
        <kbd>Esc</kbd>
      </div>
      <div id={id} className="palette-list" role="listbox" aria-label="Results">
        {commands.map((command, i) => (
          <button
            key={command.id}
            id={`${id}-${i}`}
            type="button"
            role="option"
            tabIndex={-1}
            aria-selected={i === current}
            className="palette-item"
            onClick={() => run(command)}
          >
            <Icon name={command.icon} />
            <span>{command.text}</span>
            <small>{command.note}</small>
          </button>
        ))}
      </div>
    </dialog>
  )
}

function useCommands(text: string): readonly Command[] {
  const session = useSession()
  const { toggle } = useTheme()
  const isAsked = text.length >= 2
  const query = { page: 1, page_size: FOUND_MAX, name: text, sort: 'name', columns: 'name,vhost,type' }
  const options = { every: false, enabled: isAsked } as const
  const queues = useApi(apiPage('/queues', {}, { ...query, disable_stats: true }), options)
  const exchanges = useApi(apiPage('/exchanges', {}, query), options)
  const wanted = text.toLowerCase()
  const pages = NAVIGATION.flatMap(([group, items]) =>
    items
      .filter(({ isFor }) => isFor?.(session) !== false)
      .map(({ path, text: name, icon }) => ({
        id: `page ${path}`,
        text: name,
        note: group,
        icon,
        run: () => go(`#/${path}`),
      })),
  )
  const actions: Command[] = [
    { id: 'theme', text: 'Switch between dark and light', note: 'Action', icon: 'moon', run: toggle },
    { id: 'logout', text: 'Log out', note: 'Action', icon: 'logout', run: () => void session.logout() },
  ]
  const fixed = [...pages, ...actions].filter((command) => command.text.toLowerCase().includes(wanted))
  if (!isAsked) return fixed
  const found = [
    ...(queues.data?.items ?? []).map(({ name, vhost, type }) => ({
      id: `queue ${vhost} ${name}`,
      text: name,
      note: `${type} in ${vhost}`,
      icon: 'queues' as const,
      run: () => go(href(['queues', vhost, name])),
    })),
    ...(exchanges.data?.items ?? [])
      .filter(({ name }) => name !== '')
      .map(({ name, vhost, type }) => ({
        id: `exchange ${vhost} ${name}`,
        text: name,
        note: `${type} exchange in ${vhost}`,
        icon: 'exchanges' as const,
        run: () => go(href(['exchanges', vhost, name])),
      })),
  ]
  return [...fixed, ...found]
}

function go(to: string): void {
  location.hash = to
}
