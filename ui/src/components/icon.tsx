/** Line drawings on a grid of 24, in the text's colour. */
const PATHS = {
  overview: 'M4 13h6V4H4v9Zm10 7h6v-9h-6v9ZM4 20h6v-4H4v4ZM14 8h6V4h-6v4Z',
  connections: 'M9 7V3m6 4V3M6 7h12v4a6 6 0 0 1-12 0V7Zm6 10v4',
  channels: 'M3 7h11m0 0-3-3m3 3-3 3M21 17H10m0 0 3-3m-3 3 3 3',
  consumers: 'M12 3v10m0 0-4-4m4 4 4-4M4 15v4a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-4',
  exchanges: 'M4 7h4l8 10h4m0 0-3-3m3 3-3 3M4 17h4l2.500-3M13.500 9 16 7h4m0 0-3-3m3 3-3 3',
  queues: 'M4 6h16M4 12h16M4 18h10',
  topology:
    'M6 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm12 4a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM6 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM8 6.500l8 3M8 17.500l8-6',
  route:
    'M5 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM19 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7 18h8a4 4 0 0 0 0-8H9a4 4 0 0 1 0-8h0M17 6H9',
  tracing: 'M3 12h4l3-8 4 16 3-8h4',
  admin: 'M12 3 5 6v5c0 4.500 3 8.300 7 10 4-1.700 7-5.500 7-10V6l-7-3Z',
  users: 'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-6 9a6 6 0 0 1 12 0m1-16a4 4 0 0 1 0 7m2 3a6 6 0 0 1 3 6',
  vhosts: 'm12 3 9 5-9 5-9-5 9-5Zm-9 9 9 5 9-5M3 16l9 5 9-5',
  policies: 'M8 4h8l4 4v12H4V4h4Zm0 8h8m-8 4h5M9 8h3',
  definitions: 'M8 3 4 7v14h16V3H8Zm0 0v4H4m8 3v7m0 0-3-3m3 3 3-3',
  features: 'M4 7h9m4 0h3M4 17h3m4 0h9M15 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM9 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 5 5',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'm5 12 5 5 9-10',
  warning: 'M12 4 2.500 20h19L12 4Zm0 6v4m0 3v.010',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm0-14v2m0 16v2M2 12h2m16 0h2M5 5l1.500 1.500m11 11L19 19M19 5l-1.500 1.500m-11 11L5 19',
  moon: 'M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10Z',
  menu: 'M4 6h16M4 12h16M4 18h16',
  plus: 'M12 5v14M5 12h14',
  trash: 'M5 7h14M10 7V4h4v3m-7 0 1 13h8l1-13M10 11v5m4-5v5',
  logout: 'M10 4H5v16h5m4-4 4-4-4-4m4 4H9',
  chevron: 'm9 6 6 6-6 6',
  download: 'M12 4v11m0 0-4-4m4 4 4-4M5 20h14',
  back: 'm15 6-6 6 6 6',
  refresh: 'M20 11a8 8 0 1 0-2 6m2 3v-5h-5',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
