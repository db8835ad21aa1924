import { useState } from 'react'
import { api, del, put } from '../../api/client.js'
import { useAction, useApi } from '../../api/hooks.js'
import { useSession } from '../../api/session.js'
import type { Policy } from '../../api/types.js'
import { Button, EmptyState, PageHeader, Panel, Waiting } from '../../components/basics.js'
import { ConfirmDialog, FormDialog } from '../../components/dialog.js'
import {
  type ArgumentRow,
  ArgumentsField,
  argumentRow,
  rowsOf,
  SelectField,
  TextField,
  valuesOf,
} from '../../components/fields.js'
import { ACTIONS, PlainTable, RowButtons, right } from '../../components/plain-table.js'
import { useVhost, useVhostNames, VhostChoice, VhostField } from '../../components/vhost-choice.js'
import { explained, POLICY_KEYS } from '../../util/arguments.js'
import { plural } from '../../util/format.js'

type Kind = 'policies' | 'operator-policies'

export default function Policies() {
  const { isAdministrator, isPolicymaker } = useSession()
  return (
    <div className="page">
      <PageHeader
        title="Policies"
        note="A policy sets arguments of all queues or exchanges whose name fits. Of several that fit, the one with the highest priority applies."
      />
      <div className="filter-bar">
        <VhostChoice />
      </div>
      <PolicyPanel kind="policies" title="Policies" canEdit={isPolicymaker} />
      <PolicyPanel kind="operator-policies" title="Operator policies" canEdit={isAdministrator} />
    </div>
  )
}

function PolicyPanel(props: { readonly kind: Kind; readonly title: string; readonly canEdit: boolean }) {
  const { kind, canEdit } = props
  const act = useAction()
  const vhost = useVhost()
  const [edited, setEdited] = useState<Policy | 'new'>()
  const [removed, setRemoved] = useState<Policy>()
  const { data, error, refetch } = useApi(policiesPath(kind, vhost), {
    every: 15_000,
  })
  return (
    <Panel
      title={props.title}
      actions={
        canEdit && (
          <Button icon="plus" onClick={() => setEdited('new')}>
            Add {kind === 'policies' ? 'a policy' : 'an operator policy'}
          </Button>
        )
      }
    >
      {kind === 'operator-policies' && (
        <p className="muted">
          They bound what policies and arguments may ask for: of two limits the smaller applies.
        </p>
      )}
      {data === undefined ? (
        <Waiting error={error} rows={3} retry={refetch} />
      ) : data.length === 0 ? (
        <EmptyState title="None yet">
          {canEdit
            ? 'A policy is the way to bound queues, or to dead-letter, without changing programs.'
            : ''}
        </EmptyState>
      ) : (
        <PlainTable
          heads={['Name', 'Virtual host', 'Pattern', 'Applies to', 'Sets', right('Priority'), ACTIONS]}
        >
          {data.map((policy) => (
            <tr key={`${policy.vhost} ${policy.name}`}>
              <td>{policy.name}</td>
              <td>{policy.vhost}</td>
              <td className="mono">{policy.pattern}</td>
              <td>{policy['apply-to'].replace('_', ' ')}</td>
              <td>
                {Object.entries(policy.definition).map(([key, value]) => (
                  <div key={key} title={explained(key, value)}>
                    <span className="mono">{key}</span>:{' '}
                    {typeof value === 'string' ? value : JSON.stringify(value)}
                  </div>
                ))}
              </td>
              <td className="number">{policy.priority}</td>
              <td className="number">
                {canEdit && <RowButtons change={() => setEdited(policy)} remove={() => setRemoved(policy)} />}
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
      {edited !== undefined && (
        <PolicyDialog
          kind={kind}
          vhost={vhost}
          {...(edited === 'new' ? {} : { given: edited })}
          onClose={() => setEdited(undefined)}
        />
      )}
      {removed !== undefined && (
        <ConfirmDialog
          title={`Remove policy ${removed.name}`}
          action="Remove"
          onClose={() => setRemoved(undefined)}
          confirm={() => act(() => del(policyPath(kind, removed)), `Policy ${removed.name} removed`)}
        >
          <p>What it set applies no longer; limits that were held back by it are lifted at once.</p>
        </ConfirmDialog>
      )}
    </Panel>
  )
}

function PolicyDialog(props: {
  readonly kind: Kind
  readonly vhost: string
  readonly given?: Policy
  readonly onClose: () => void
}) {
  const { kind, given } = props
  const act = useAction()
  const vhosts = useVhostNames()
  const [chosenVhost, setVhost] = useState(given?.vhost ?? props.vhost)
  const [name, setName] = useState(given?.name ?? '')
  const [pattern, setPattern] = useState(given?.pattern ?? '')
  const [applyTo, setApplyTo] = useState(given?.['apply-to'] ?? 'queues')
  const [priority, setPriority] = useState(String(given?.priority ?? 0))
  const [rows, setRows] = useState<readonly ArgumentRow[]>(
    given === undefined ? [argumentRow('', 'number')] : rowsOf(given.definition),
  )
  const vhost = chosenVhost === '' ? (vhosts[0] ?? '/') : chosenVhost
  return (
    <FormDialog
      title={given === undefined ? 'Add a policy' : `Change policy ${given.name}`}
      action="Save"
      wide
      onClose={props.onClose}
      submit={() =>
        act(
          () =>
            put(policyPath(kind, { vhost, name }), {
              pattern,
              definition: valuesOf(rows),
              'apply-to': applyTo,
              priority: Number(priority),
            }),
          `Policy ${name} saved`,
        )
      }
    >
      <div className="columns">
        {given === undefined && <TextField label="Name" value={name} onChange={setName} required autoFocus />}
        {given === undefined && <VhostField value={vhost} onChange={setVhost} />}
        <SelectField
          label="Applies to"
          value={applyTo}
          onChange={setApplyTo}
          options={(kind === 'policies'
            ? ['all', 'queues', 'exchanges', 'classic_queues', 'quorum_queues', 'streams']
            : ['queues', 'classic_queues', 'quorum_queues', 'streams']
          ).map((each) => [each, each.replace('_', ' ')])}
        />
        <TextField label="Priority" type="number" value={priority} onChange={setPriority} />
      </div>
      <TextField
        label="Pattern"
        hint={<Fitting vhost={vhost} pattern={pattern} />}
        value={pattern}
        onChange={setPattern}
        required
        mono
      />
      <ArgumentsField label="Settings" rows={rows} onChange={setRows} known={POLICY_KEYS} />
    </FormDialog>
  )
}

/** How many queues a pattern fits, while it is typed. */
function Fitting({ vhost, pattern }: { readonly vhost: string; readonly pattern: string }) {
  const { data } = useApi(api('/queues/{vhost}', { vhost }, { columns: 'name', disable_stats: true }), {
    every: false,
  })
  if (pattern === '' || data === undefined) return 'A regular expression over names.'
  try {
    const expression = new RegExp(pattern)
    const fitting = data.filter(({ name }) => expression.test(name)).map(({ name }) => name)
    const some = fitting.slice(0, 4).join(', ')
    return `Fits ${plural(fitting.length, 'queue')}${fitting.length > 0 ? `: ${some}${fitting.length > 4 ? '…' : ''}` : ''}`
  } catch {
    return 'This is not a regular expression yet.'
  }
}

function policiesPath(kind: Kind, vhost: string) {
  if (vhost === '') return api(`/${kind}`, {})
  return api(`/${kind}/{vhost}`, { vhost })
}

function policyPath(kind: Kind, { vhost, name }: Pick<Policy, 'vhost' | 'name'>) {
  return api(`/${kind}/{vhost}/{policy}`, { vhost, policy: name })
}
