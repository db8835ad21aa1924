import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { Button } from './basics.js'

/** A question over the page. The browser keeps the focus in it, and gives it back. */
export function Dialog(props: {
  readonly title: string
  readonly onClose: () => void
  readonly wide?: boolean
  readonly children: ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const element = dialog.current
    if (element !== null && !element.open) element.showModal()
  }, [])
  return (
    <dialog
      ref={dialog}
      className={`dialog ${props.wide === true ? 'dialog-wide' : ''}`}
      aria-labelledby={titleId}
      onClose={props.onClose}
    >
      <div className="dialog-head">
        <h2 id={titleId}>{props.title}</h2>
        <Button tone="quiet" icon="close" aria-label="Close" onClick={() => dialog.current?.close()} />
      </div>
      {props.children}
    </dialog>
  )
}

/** A form in a dialog. It closes once `submit` gives true. */
export function FormDialog(props: {
  readonly title: string
  readonly action: string
  readonly danger?: boolean
  readonly wide?: boolean
  readonly disabled?: boolean
  readonly onClose: () => void
  readonly submit: () => Promise<boolean>
  readonly children: ReactNode
}) {
  const [isBusy, setBusy] = useState(false)
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    setBusy(true)
    const isDone = await props.submit()
    setBusy(false)
    if (isDone) props.onClose()
  }
  return (
    <Dialog title={props.title} onClose={props.onClose} wide={props.wide === true}>
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">{props.children}</div>
        <div className="dialog-foot">
          <Button onClick={props.onClose}>Cancel</Button>
          <Button
            type="submit"
            tone={props.danger === true ? 'danger' : 'primary'}
            disabled={isBusy || props.disabled === true}
          >
            {props.action}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** Asks before something that cannot be undone. With `typed`, that text has to be typed first. */
export function ConfirmDialog(props: {
  readonly title: string
  readonly action: string
  readonly typed?: string
  readonly onClose: () => void
  readonly confirm: () => Promise<boolean>
  readonly children: ReactNode
}) {
  const [text, setText] = useState('')
  const id = useId()
  return (
    <FormDialog
      title={props.title}
      action={props.action}
      danger
      disabled={props.typed !== undefined && text !== props.typed}
      onClose={props.onClose}
      submit={props.confirm}
    >
      <div>{props.children}</div>
      {props.typed !== undefined && (
        <div className="field">
          <label htmlFor={id}>
            Type <strong className="mono">{props.typed}</strong> to confirm
          </label>
          <input
            id={id}
            className="input mono"
            value={text}
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
          />
        </div>
      )}
    </FormDialog>
  )
}

/** Which dialog is open, and the way to open and close it. */
export function useDialog<Name extends string>(): {
  readonly open: Name | undefined
  show(name: Name): void
  close(): void
} {
  const [open, setOpen] = useState<Name>()
  return { open, show: setOpen, close: () => setOpen(undefined) }
}
