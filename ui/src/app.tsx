import { useQueryClient } from '@tanstack/react-query'
import { Component, lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import { api } from './api/client.js'
import { useApi } from './api/hooks.js'
import { useLiveChanges } from './api/live.js'
import { type Session, useSession } from './api/session.js'
import type { Overview } from './api/types.js'
import { Button, EmptyState, ErrorState, Link, Loading } from './components/basics.js'
import { Icon, type IconName } from './components/icon.js'
import { Palette } from './components/palette.js'
import { useTheme } from './components/theme.js'
import { OverviewPage } from './pages/overview.js'
import { compact } from './util/format.js'
import { usePlace } from './util/router.js'

const Queues = lazy(() => import('./pages/queues.js'))
const QueuePage = lazy(() => import('./pages/queue.js'))
const Exchanges = lazy(() => import('./pages/exchanges.js'))
const ExchangePage = lazy(() => import('./pages/exchange.js'))
const Connections = lazy(() => import('./pages/connections.js'))
const ConnectionPage = lazy(() => import('./pages/connection.js'))
const Channels = lazy(() => import('./pages/channels.js'))
const ChannelPage = lazy(() => import('./pages/channel.js'))
const Consumers = lazy(() => import('./pages/consumers.js'))
const RoutePage = lazy(() => import('./pages/route.js'))
const Topology = lazy(() => import('./pages/topology.js'))
const Tracing = lazy(() => import('./pages/tracing.js'))
const Users = lazy(() => import('./pages/admin/users.js'))
const UserPage = lazy(() => import('./pages/admin/user.js'))
const Vhosts = lazy(() => import('./pages/admin/vhosts.js'))
const VhostPage = lazy(() => import('./pages/admin/vhost.js'))
const Policies = lazy(() => import('./pages/admin/policies.js'))
const Parameters = lazy(() => import('./pages/admin/parameters.js'))
const Limits = lazy(() => import('./pages/admin/limits.js'))
const Definitions = lazy(() => import('./pages/admin/definitions.js'))
const Features = lazy(() => import('./pages/admin/features.js'))

type CountName = keyof Overview['object_totals']

export interface NavItem {
  readonly path: string
  readonly text: string
  readonly icon: IconName
  readonly count?: CountName
  /** Who sees it. Default everybody. */
  readonly isFor?: (session: Session) => boolean
}

const isAdministrator = (session: Session): boolean => session.isAdministrator
const isPolicymaker = (session: Session): boolean => session.isPolicymaker

export const NAVIGATION: readonly (readonly [string, readonly NavItem[]])[] = [
  [
    'Broker',
    [
      { path: '', text: 'Overview', icon: 'overview' },
      { path: 'connections', text: 'Connections', icon: 'connections', count: 'connections' },
      { path: 'channels', text: 'Channels', icon: 'channels', count: 'channels' },
      { path: 'consumers', text: 'Consumers', icon: 'consumers', count: 'consumers' },
    ],
  ],
  [
    'Messages',
    [
      { path: 'queues', text: 'Queues', icon: 'queues', count: 'queues' },
      { path: 'exchanges', text: 'Exchanges', icon: 'exchanges', count: 'exchanges' },
      { path: 'topology', text: 'Topology', icon: 'topology' },
      { path: 'route', text: 'Explain a route', icon: 'route' },
      { path: 'tracing', text: 'Tracing', icon: 'tracing', isFor: isAdministrator },
    ],
  ],
  [
    'Administration',
    [
      { path: 'users', text: 'Users', icon: 'users', isFor: isAdministrator },
      { path: 'vhosts', text: 'Virtual hosts', icon: 'vhosts', isFor: isAdministrator },
      { path: 'policies', text: 'Policies', icon: 'policies' },
      { path: 'parameters', text: 'Parameters', icon: 'features', isFor: isPolicymaker },
      { path: 'limits', text: 'Limits', icon: 'admin' },
      { path: 'definitions', text: 'Definitions', icon: 'definitions', isFor: isAdministrator },
      { path: 'features', text: 'Features and plugins', icon: 'check' },
    ],
  ],
]

/** Everything around a page, for somebody who is logged in. */
export function App() {
  useLiveChanges(useQueryClient())
  const { path } = usePlace()
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [isPaletteOpen, setPaletteOpen] = useState(false)
  const address = path.join('/')
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu
  useEffect(() => setMenuOpen(false), [address])
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setPaletteOpen(true)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return (
    <>
      <button type="button" className="skip" onClick={focusMain}>
        Skip to the page
      </button>
      <div className="shell">
        <Sidebar isOpen={isMenuOpen} section={path[0] ?? ''} />
        <div>
          <Topbar onMenu={() => setMenuOpen((open) => !open)} onSearch={() => setPaletteOpen(true)} />
          <main id="main" className="main" tabIndex={-1}>
            <Guard key={address}>
              <Suspense fallback={<Loading rows={10} />}>
                <Page path={path} />
              </Suspense>
            </Guard>
          </main>
        </div>
      </div>
      {isPaletteOpen && <Palette onClose={() => setPaletteOpen(false)} />}
    </>
  )
}

function Page({ path }: { readonly path: readonly string[] }) {
  const session = useSession()
  const [section = '', first, second] = path
  const item = NAVIGATION.flatMap(([, items]) => items).find((each) => each.path === section)
  if (item?.isFor?.(session) === false) {
    return (
      <EmptyState title="This page is not for you">
        Your user lacks the tag it needs. An administrator can give it to you.
      </EmptyState>
    )
  }
  switch (section) {
    case '':
      return <OverviewPage />
    case 'queues':
      return first !== undefined && second !== undefined ? (
        <QueuePage vhost={first} name={second} />
      ) : (
        <Queues />
      )
    case 'exchanges':
      return first !== undefined && second !== undefined ? (
        <ExchangePage vhost={first} name={second === 'amq.default' ? '' : second} />
      ) : (
        <Exchanges />
      )
    case 'connections':
      return first === undefined ? <Connections /> : <ConnectionPage name={first} />
    case 'channels':
      return first === undefined ? <Channels /> : <ChannelPage name={first} />
    case 'consumers':
      return <Consumers />
    case 'route':
      return <RoutePage />
    case 'topology':
      return <Topology />
    case 'tracing':
      return <Tracing />
    case 'users':
      return first === undefined ? <Users /> : <UserPage name={first} />
    case 'vhosts':
      return first === undefined ? <Vhosts /> : <VhostPage name={first} />
    case 'policies':
      return <Policies />
    case 'parameters':
      return <Parameters />
    case 'limits':
      return <Limits />
    case 'definitions':
      return <Definitions />
    case 'features':
      return <Features />
    default:
      return (
        <EmptyState title="There is no such page" action={<Link to={[]}>To the overview</Link>}>
          The address may be misspelt, or from another version of these pages.
        </EmptyState>
      )
  }
}

function Sidebar({ isOpen, section }: { readonly isOpen: boolean; readonly section: string }) {
  const session = useSession()
  const { data } = useApi(api('/overview', {}))
  return (
    <aside className={`sidebar ${isOpen ? 'is-open' : ''}`} id="sidebar">
      <div className="sidebar-inner">
        <Link to={[]} className="brand">
          <img src="./favicon.svg" alt="" />
          Leveret
        </Link>
        <nav aria-label="Pages" className="stack">
          {NAVIGATION.map(([title, items]) => (
            <div key={title} className="nav-group">
              <div className="nav-title">{title}</div>
              {items
                .filter(({ isFor }) => isFor?.(session) !== false)
                .map(({ path, text, icon, count }) => (
                  <a
                    key={path}
                    className="nav-link"
                    href={`#/${path}`}
                    aria-current={path === section ? 'page' : undefined}
                  >
                    <Icon name={icon} />
                    {text}
                    {count !== undefined && (
                      <span className="nav-count">{compact(data?.object_totals[count])}</span>
                    )}
                  </a>
                ))}
            </div>
          ))}
        </nav>
        <div className="sidebar-foot">
          {data !== undefined && (
            <>
              {data.product_name} {data.product_version}
              <br />
              {data.cluster_name}
              <br />
            </>
          )}
          <a href="api/docs">HTTP API</a>
        </div>
      </div>
    </aside>
  )
}

function Topbar({ onMenu, onSearch }: { readonly onMenu: () => void; readonly onSearch: () => void }) {
  const { user, logout } = useSession()
  const { theme, toggle } = useTheme()
  return (
    <div className="topbar">
      <span className="menu-button">
        <Button tone="quiet" icon="menu" aria-label="Menu" aria-controls="sidebar" onClick={onMenu} />
      </span>
      <button type="button" className="search-button" onClick={onSearch}>
        <Icon name="search" />
        <span>Go to anything</span>
        <kbd>Ctrl K</kbd>
      </button>
      <div className="topbar-space" />
      <Button
        tone="quiet"
        icon={theme === 'dark' ? 'sun' : 'moon'}
        aria-label={theme === 'dark' ? 'Light theme' : 'Dark theme'}
        onClick={toggle}
      />
      <div className="who" title={`Tags: ${user.tags.join(', ')}`}>
        <span>{user.name}</span>
        <Button tone="quiet" icon="logout" aria-label="Log out" onClick={() => void logout()} />
      </div>
    </div>
  )
}

/** A page that fails leaves the others. */
class Guard extends Component<{ readonly children: ReactNode }, { readonly error: Error | undefined }> {
  override state: { readonly error: Error | undefined } = { error: undefined }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render() {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return <ErrorState error={error} retry={() => this.setState({ error: undefined })} />
  }
}

function focusMain(): void {
  document.getElementById('main')?.focus()
}
