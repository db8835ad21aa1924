import { type ButtonHTMLAttributes, type ReactNode, useEffect, useState } from 'react'
import { clockTime, moment, NONE, relative } from '../util/format.js'
import { href, type QueryValues, useQueryParam } from '../util/router.js'
import { Icon, type IconName } from './icon.js'

/** The head of a page: what it shows, and what can be done with all of it. */
export function PageHeader(props: {
  readonly title: ReactNode
  readonly note?: ReactNode
  readonly crumbs?: readonly {
    readonly text: string
    readonly path: readonly string[]
    readonly query?: QueryValues
  }[]
  readonly children?: ReactNode
}) {
  return (
    <header className="page-header">
      <div>
        {props.crumbs !== undefined && (
          <nav className="crumbs" aria-label="Breadcrumb">
            {props.crumbs.map(({ text, path, query = {} }) => (
              <span key={text}>
                <Link to={path} query={query}>
                  {text}
                </Link>
                <Icon name="chevron" />
              </span>
            ))}
          </nav>
        )}
        <h1>{props.title}</h1>
        {props.note !== undefined && <p className="page-note">{props.note}</p>}
      </div>
      {props.children !== undefined && <div className="page-actions">{props.children}</div>}
    </header>
  )
}

export function Link(props: {
  readonly to: readonly string[]
  readonly query?: QueryValues
  readonly className?: string
  readonly title?: string
  readonly children: ReactNode
}) {
  return (
    <a href={href(props.to, props.query)} className={props.className} title={props.title}>
      {props.children}
    </a>
  )
}

export function Button({
  tone = 'plain',
  icon,
  children,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly tone?: 'plain' | 'primary' | 'danger' | 'quiet'
  readonly icon?: IconName
}) {
  return (
    <button type="button" className={`button button-${tone}`} {...rest}>
      {icon !== undefined && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  )
}

export function Panel(props: {
  readonly title?: ReactNode
  readonly actions?: ReactNode
  readonly className?: string
  readonly children: ReactNode
}) {
  return (
    <section className={`panel ${props.className ?? ''}`}>
      {(props.title !== undefined || props.actions !== undefined) && (
        <div className="panel-head">
          <h2>{props.title}</h2>
          {props.actions}
        </div>
      )}
      {props.children}
    </section>
  )
}

/** One number that matters, with what it means. */
export function Figure(props: {
  readonly label: string
  readonly value: ReactNode
  readonly note?: ReactNode
  readonly to?: readonly string[]
  readonly tone?: 'good' | 'warn' | 'bad'
}) {
  const body = (
    <>
      <span className="figure-label">{props.label}</span>
      <span className={`figure-value ${props.tone === undefined ? '' : `text-${props.tone}`}`}>
        {props.value}
      </span>
      <span className="figure-note">{props.note ?? ' '}</span>
    </>
  )
  return props.to === undefined ? (
    <div className="figure">{body}</div>
  ) : (
    <Link to={props.to} className="figure figure-link">
      {body}
    </Link>
  )
}

export function Badge(props: {
  readonly tone?: 'neutral' | 'accent' | 'good' | 'warn' | 'bad'
  readonly title?: string | undefined
  readonly children: ReactNode
}) {
  return (
    <span className={`badge badge-${props.tone ?? 'neutral'}`} title={props.title}>
      {props.children}
    </span>
  )
}

/** Facts in two columns. Those without a value are left out. */
export function Facts({ items }: { readonly items: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {items
        .filter(([, value]) => value !== undefined && value !== null && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

export function EmptyState(props: {
  readonly title: string
  readonly children?: ReactNode
  readonly action?: ReactNode
}) {
  return (
    <div className="state">
      <h2>{props.title}</h2>
      {props.children !== undefined && <p>{props.children}</p>}
      {props.action}
    </div>
  )
}

/** What went wrong, and what to do. */
export function ErrorState({ error, retry }: { readonly error: Error; readonly retry?: () => void }) {
  return (
    <div className="state state-bad" role="alert">
      <h2>This could not be shown</h2>
      <p>{error.message}</p>
      {retry !== undefined && (
        <Button icon="refresh" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  )
}

/** In place of what is not there yet: its room, or why it cannot be shown. */
export function Waiting(props: {
  readonly error: Error | null
  readonly rows?: number
  readonly retry?: () => unknown
}) {
  const { error, rows = 6, retry } = props
  if (error === null) return <Loading rows={rows} />
  return <ErrorState error={error} {...(retry === undefined ? {} : { retry: () => void retry() })} />
}

/** Keeps the room of what is not there yet. */
export function Loading({ rows = 6 }: { readonly rows?: number }) {
  return (
    <div className="loading" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <div key={i} className="loading-row" />
      ))}
    </div>
  )
}

/** Sections of a page, each with its address. */
export function Tabs(props: {
  readonly label: string
  readonly tabs: readonly (readonly [id: string, text: ReactNode])[]
  readonly current: string
  readonly path: readonly string[]
}) {
  return (
    <nav className="tabs" aria-label={props.label}>
      {props.tabs.map(([id, text], i) => (
        <a
          key={id}
          href={href(props.path, { tab: i === 0 ? undefined : id })}
          aria-current={id === props.current ? 'page' : undefined}
        >
          {text}
        </a>
      ))}
    </nav>
  )
}

/** A moment, in relative form; the local time on hover and for assistive technology. */
export function Ago({ ms }: { readonly ms: number | undefined }) {
  const now = useNow(10_000)
  if (ms === undefined) return NONE
  return (
    <time dateTime={new Date(ms).toISOString()} title={moment(ms)}>
      {relative(ms, now)}
    </time>
  )
}

/** A moment in both forms. */
export function When({ ms }: { readonly ms: number | undefined }) {
  if (ms === undefined) return NONE
  return (
    <span>
      {moment(ms)}{' '}
      <span className="muted">
        (<Ago ms={ms} />)
      </span>
    </span>
  )
}

export function Clock({ ms }: { readonly ms: number }) {
  return <time dateTime={new Date(ms).toISOString()}>{clockTime(ms)}</time>
}

export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** A choice among few, each of which is in sight; kept in the address. */
export function Segmented(props: {
  readonly label: string
  readonly param: string
  readonly options: readonly (readonly [value: string, text: string])[]
}) {
  const [value, setValue] = useQueryParam(props.param, props.options[0]?.[0] ?? '')
  return (
    <fieldset className="segmented">
      <legend className="visually-hidden">{props.label}</legend>
      {props.options.map(([option, text]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => setValue(option)}>
          {text}
        </button>
      ))}
    </fieldset>
  )
}

/** How much of a limit is used. */
export function Meter(props: {
  readonly label: string
  readonly fraction: number
  readonly text: string
  readonly tone: 'good' | 'warn' | 'bad'
}) {
  const filled = Math.max(0, Math.min(1, props.fraction))
  return (
    <div className="meter">
      <div className="meter-text">
        <span>{props.label}</span>
        <span className="number">{props.text}</span>
      </div>
      <svg className="meter-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect className="meter-track" width="100" height="6" rx="3" />
        <rect className={`meter-fill meter-${props.tone}`} width={filled * 100} height="6" rx="3" />
      </svg>
    </div>
  )
}

/** Any JSON, as text that can be read. */
export function Json({ value }: { readonly value: unknown }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre className="code" tabIndex={0}>
      {JSON.stringify(value, null, 2)}
    </pre>
  )
}
