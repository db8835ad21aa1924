/**
 * Bundles what starts often: the server, the library and the control tool. Some 350 modules loaded one by one take a
 * third of the time from `node` to the ready line. Here whatever an entry needs at once is one file, and what is seldom
 * needed is a file for each occasion; split by who shares what, as bundlers do by themselves, the library would be two
 * dozen files, which take 15 ms of the processor longer to load.
 */
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Entries that one process may load together, and modules that make a file with all that they need at once. */
interface Bundle {
  readonly entries: Readonly<Record<string, string>>
  /** The earlier has what several need. */
  readonly wholes: Readonly<Record<string, string>>
}

/** There is one library in a process, so what belongs to it is bundled together. */
const BUNDLES: readonly Bundle[] = [
  {
    entries: { index: 'src/index.ts', client: 'src/client/index.ts', testing: 'src/testing/index.ts' },
    wholes: { library: 'src/index.ts' },
  },
  { entries: { server: 'src/server.ts' }, wholes: { start: 'src/server.ts', broker: 'src/broker.ts' } },
  {
    entries: { leveretctl: 'src/cli/main.ts', offline: 'src/offline.ts' },
    wholes: { cli: 'src/cli/main.ts' },
  },
]

type ModuleInfoOf = (id: string) => { readonly importedIds: readonly string[] } | null

/** Everything that a module imports other than on demand, itself included. */
function neededAtOnce(entry: string, infoOf: ModuleInfoOf): ReadonlySet<string> {
  const found = new Set<string>([entry])
  for (const id of found) for (const imported of infoOf(id)?.importedIds ?? []) found.add(imported)
  return found
}

async function write({ entries, wholes }: Bundle): Promise<void> {
  const bundle = await rolldown({
    cwd: root,
    input: { ...entries },
    platform: 'node',
    // Packages are found where the package is installed.
    external: [/^node:/, /^[a-z@][^:]*$/],
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    // Commands that others import at once are imported on demand elsewhere; that is no mistake.
    checks: { ineffectiveDynamicImport: false },
  })
  let homes: [name: string, ids: ReadonlySet<string>][] | undefined
  await bundle.write({
    dir: `${root}dist/lib`,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    sourcemap: true,
    sourcemapExcludeSources: true,
    comments: false,
    codeSplitting: {
      groups: [
        {
          debugName: 'wholes',
          name: (id, context) => {
            homes ??= Object.entries(wholes).map(([name, path]) => [
              name,
              neededAtOnce(`${root}${path}`, (each) => context.getModuleInfo(each)),
            ])
            return homes.find(([, ids]) => ids.has(id))?.[0] ?? null
          },
        },
      ],
    },
  })
  await bundle.close()
}

await rm(`${root}dist/lib`, { recursive: true, force: true })
for (const each of BUNDLES) await write(each)
