import { type ChangeEvent, useState } from 'react'
import { api, get, post } from '../../api/client.js'
import { useAction } from '../../api/hooks.js'
import { Badge, Button, Json, PageHeader, Panel } from '../../components/basics.js'
import { SelectField } from '../../components/fields.js'
import { PlainTable } from '../../components/plain-table.js'
import { notify } from '../../components/toasts.js'
import { useVhostNames } from '../../components/vhost-choice.js'
import { type Change, changesOf, countsOf, type Definitions } from '../../util/definitions.js'
import { plural } from '../../util/format.js'
import { download } from '../../util/message.js'

interface Preview {
  readonly name: string
  readonly definitions: Definitions
  readonly changes: readonly Change[]
  readonly vhost: string
}

export default function DefinitionsPage() {
  const act = useAction()
  const vhosts = useVhostNames()
  const [vhost, setVhost] = useState('')
  const [preview, setPreview] = useState<Preview>()
  const options = [['', 'all of the broker'] as const, ...vhosts.map((each) => [each, each] as const)]
  const path = vhost === '' ? api('/definitions', {}) : api('/definitions/{vhost}', { vhost })

  async function exportAll(): Promise<void> {
    const definitions = await get(path).catch((error: Error) => notify(error.message, 'bad'))
    if (definitions === undefined) return
    const day = new Date().toISOString().slice(0, 10)
    const name = `definitions${vhost === '' ? '' : `-${vhost.replace(/\W/g, '_')}`}-${day}.json`
    download(name, JSON.stringify(definitions, null, 2), 'application/json')
  }
  async function read(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = event.target.files?.[0]
    event.target.value = ''
    if (file === undefined) return
    try {
      const definitions = JSON.parse(await file.text()) as Definitions
      const present = await get(path)
      setPreview({ name: file.name, definitions, changes: changesOf(present, definitions), vhost })
    } catch (error) {
      const text = error instanceof SyntaxError ? `${file.name} is not JSON` : String(error)
      notify(text, 'bad')
    }
  }
  return (
    <div className="page">
      <PageHeader
        title="Definitions"
        note="Users, virtual hosts, permissions, policies, queues, exchanges and bindings, in one file. Messages are not in it."
      />
      <div className="grid-2">
        <Panel title="Export">
          <div className="stack">
            <SelectField label="What" value={vhost} onChange={setVhost} options={options} />
            <div>
              <Button tone="primary" icon="download" onClick={() => void exportAll()}>
                Download
              </Button>
            </div>
          </div>
        </Panel>
        <Panel title="Import">
          <div className="stack">
            <p className="muted">
              First you see what would change. Nothing is ever deleted by an import, and either all of it is
              taken or none. It goes into {vhost === '' ? 'the broker' : `virtual host ${vhost}`}.
            </p>
            <input
              className="input"
              type="file"
              accept="application/json,.json"
              aria-label="File of definitions"
              onChange={(event) => void read(event)}
            />
          </div>
        </Panel>
      </div>
      {preview !== undefined && (
        <Panel
          title={`What ${preview.name} would change`}
          actions={
            <div className="row">
              <Button onClick={() => setPreview(undefined)}>Leave it</Button>
              <Button
                tone="primary"
                disabled={preview.changes.length === 0}
                onClick={() =>
                  void act(
                    () =>
                      post(
                        preview.vhost === ''
                          ? api('/definitions', {})
                          : api('/definitions/{vhost}', { vhost: preview.vhost }),
                        preview.definitions,
                      ),
                    'Definitions imported',
                  ).then((isDone) => {
                    if (isDone) setPreview(undefined)
                  })
                }
              >
                Import
              </Button>
            </div>
          }
        >
          <p className="muted">The file holds {countsOf(preview.definitions)}.</p>
          {preview.changes.length === 0 ? (
            <p>Nothing: all of it is there already.</p>
          ) : (
            <>
              <p>{plural(preview.changes.length, 'change')}:</p>
              <PlainTable heads={['What', 'Name', 'Change']}>
                {preview.changes.slice(0, 500).map((change) => (
                  <tr key={`${change.section} ${change.key}`}>
                    <td>{change.section.replace('_', ' ')}</td>
                    <td>{change.key}</td>
                    <td>
                      {change.before === undefined ? (
                        <Badge tone="good">new</Badge>
                      ) : (
                        <details>
                          <summary>
                            <Badge tone="warn">
                              {change.isKept ? 'differs, and is kept as it is' : 'changed'}
                            </Badge>
                          </summary>
                          <Json value={{ before: change.before, after: change.after }} />
                        </details>
                      )}
                    </td>
                  </tr>
                ))}
              </PlainTable>
            </>
          )}
        </Panel>
      )}
    </div>
  )
}
