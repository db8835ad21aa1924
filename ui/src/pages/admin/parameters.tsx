import { useState } from 'react'
import { api, del, put } from '../../api/client.js'
import { useAction, useApi } from '../../api/hooks.js'
import { Button, PageHeader, Panel, Waiting } from '../../components/basics.js'
import { ConfirmDialog, FormDialog } from '../../components/dialog.js'
import { AreaField, SelectField, TextField } from '../../components/fields.js'
import { ACTIONS, PlainTable, RowButtons } from '../../components/plain-table.js'
import { useVhostNames } from '../../components/vhost-choice.js'

interface Edited {
  readonly isGlobal: boolean
  readonly vhost: string
  readonly component: string
  readonly name: string
  readonly value: unknown
  readonly isNew: boolean
}

const NEW = { vhost: '', component: '', name: '', value: {}, isNew: true }

export default function Parameters() {
  const act = useAction()
  const own = useApi(api('/parameters', {}), { every: 15_000 })
  const global = useApi(api('/global-parameters', {}), { every: 15_000 })
  const [edited, setEdited] = useState<Edited>()
  const [removed, setRemoved] = useState<Edited>()
  const rows: Edited[] = [
    ...(own.data ?? []).map((each) => ({ ...each, isGlobal: false, isNew: false })),
    ...(global.data ?? []).map((each) => ({
      ...each,
      vhost: '',
      component: '',
      isGlobal: true,
      isNew: false,
    })),
  ]
  const error = own.error ?? global.error
  function table(items: readonly Edited[], isGlobal: boolean) {
    if (items.length === 0) return <p className="muted">None.</p>
    return (
      <PlainTable
        heads={[
          ...(!isGlobal ? ['Virtual host'] : []),
          ...(!isGlobal ? ['Component'] : []),
          'Name',
          'Value',
          ACTIONS,
        ]}
      >
        {items.map((each) => (
          <tr key={`${each.vhost} ${each.component} ${each.name}`}>
            {!isGlobal && <td>{each.vhost}</td>}
            {!isGlobal && <td>{each.component}</td>}
            <td>{each.name}</td>
            <td className="mono">{JSON.stringify(each.value)}</td>
            <td className="number">
              <RowButtons change={() => setEdited(each)} remove={() => setRemoved(each)} />
            </td>
          </tr>
        ))}
      </PlainTable>
    )
  }
  return (
    <div className="page">
      <PageHeader
        title="Parameters"
        note="Settings of plugins and of the cluster that are changed while it runs."
      />
      {own.data === undefined && global.data === undefined ? (
        <Waiting error={error} />
      ) : (
        <>
          <Panel
            title="Of a virtual host"
            actions={
              <Button icon="plus" onClick={() => setEdited({ ...NEW, isGlobal: false })}>
                Add a parameter
              </Button>
            }
          >
            {table(
              rows.filter(({ isGlobal }) => !isGlobal),
              false,
            )}
          </Panel>
          <Panel
            title="Global"
            actions={
              <Button icon="plus" onClick={() => setEdited({ ...NEW, isGlobal: true })}>
                Add a global parameter
              </Button>
            }
          >
            {table(
              rows.filter(({ isGlobal }) => isGlobal),
              true,
            )}
          </Panel>
        </>
      )}
      {edited !== undefined && <ParameterDialog given={edited} onClose={() => setEdited(undefined)} />}
      {removed !== undefined && (
        <ConfirmDialog
          title={`Remove parameter ${removed.name}`}
          action="Remove"
          onClose={() => setRemoved(undefined)}
          confirm={() => act(() => del(pathOf(removed)), `Parameter ${removed.name} removed`)}
        >
          <p>Whatever it sets up, a shovel or an upstream for instance, ends at once.</p>
        </ConfirmDialog>
      )}
    </div>
  )
}

function ParameterDialog({ given, onClose }: { readonly given: Edited; readonly onClose: () => void }) {
  const act = useAction()
  const vhosts = useVhostNames()
  const [component, setComponent] = useState(given.component)
  const [vhost, setVhost] = useState(given.vhost)
  const [name, setName] = useState(given.name)
  const [text, setText] = useState(JSON.stringify(given.value, null, 2))
  const where = { ...given, component, name, vhost: vhost === '' ? (vhosts[0] ?? '/') : vhost }
  return (
    <FormDialog
      title={given.isNew ? 'Add a parameter' : `Change ${given.name}`}
      action="Save"
      onClose={onClose}
      submit={() => act(() => save(where, text), `Parameter ${name} saved`)}
    >
      {given.isNew && !given.isGlobal && (
        <>
          <SelectField
            label="Virtual host"
            value={where.vhost}
            onChange={setVhost}
            options={vhosts.map((each) => [each, each])}
          />
          <TextField
            label="Component"
            value={component}
            onChange={setComponent}
            list={['shovel', 'federation-upstream', 'federation-upstream-set']}
            required
          />
        </>
      )}
      {given.isNew && <TextField label="Name" value={name} onChange={setName} required />}
      <AreaField label="Value, as JSON" value={text} onChange={setText} rows={10} required />
    </FormDialog>
  )
}

async function save(where: Edited, text: string): Promise<void> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('The value is not JSON')
  }
  await put(pathOf(where), { value })
}

function pathOf({ isGlobal, component, vhost, name }: Edited) {
  return isGlobal
    ? api('/global-parameters/{name}', { name })
    : api('/parameters/{component}/{vhost}/{name}', { component, vhost, name })
}
