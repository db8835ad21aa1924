import { useState } from 'react'
import { api, del } from '../api/client.js'
import { useAction } from '../api/hooks.js'
import { FormDialog } from '../components/dialog.js'
import { TextField } from '../components/fields.js'
import { plural } from '../util/format.js'

/** Closes connections; their clients are told why. */
export function CloseDialog(props: {
  readonly names: readonly string[]
  readonly onClose: () => void
  readonly onDone?: () => void
  /** The page to go to once it is done: that of what was closed has nothing to show any more. */
  readonly to?: string
}) {
  const { names } = props
  const act = useAction()
  const [reason, setReason] = useState('')
  return (
    <FormDialog
      title={`Close ${plural(names.length, 'connection')}`}
      action="Close"
      danger
      onClose={props.onClose}
      submit={() =>
        act(
          async () => {
            const headers = reason === '' ? undefined : { 'x-reason': reason }
            for (const name of names)
              await del(api('/connections/{connection}', { connection: name }), headers)
            props.onDone?.()
          },
          `${plural(names.length, 'connection')} closed`,
          props.to,
        )
      }
    >
      <p>
        What its consumers have not acknowledged goes back to the queues. Most clients connect again by
        themselves.
      </p>
      <TextField
        label="Reason"
        hint="The client and the log are told."
        value={reason}
        onChange={setReason}
        placeholder="Closed via management plugin"
        autoFocus
      />
    </FormDialog>
  )
}
