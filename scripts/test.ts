/**
 * `npm test -- [filter ...] [--node-option ...]`: runs the built tests whose path contains one of the filters, all of
 * them without one. Options go to Node's test runner. LEVERET_TEST_TIMEOUT_MS is the limit of one test (60000).
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** A file that has not ended by then never will: something it opened is still open. */
const FILE_TIMEOUT_MS = 300_000

const args = process.argv.slice(2)
const filters = args.filter((arg) => !arg.startsWith('-'))
const runnerOptions = args.filter((arg) => arg.startsWith('-'))

const files = testFiles().filter(
  (file) => filters.length === 0 || filters.some((each) => file.includes(each)),
)
if (files.length === 0) {
  console.error(`no test file matches ${filters.join(', ')}`)
  process.exit(1)
}
installTools()
process.exit(run())

/** Paths of the built tests, from dist/; what is left there of a deleted source is passed over. */
function testFiles(): string[] {
  return ['src', 'test', 'scripts'].flatMap((folder) =>
    readdirSync(join(ROOT, 'dist', folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.js'))
      .map((file) => join(folder, file))
      .filter((file) => existsSync(join(ROOT, file.replace(/\.js$/, '.ts'))))
      .sort(),
  )
}

/** Programs of other projects that some tests drive. Their absence skips those tests, so a failure here is no end. */
function installTools(): void {
  const script = join(ROOT, 'scripts', 'install-test-tools.sh')
  const { status } = spawnSync('bash', [script], { stdio: 'inherit' })
  if (status !== 0)
    console.error('some test tools are missing: the tests that need them are skipped, or fail with CI=true')
}

function run(): number {
  const limit = runnerOptions.some((option) => option.startsWith('--test-timeout'))
    ? []
    : [`--test-timeout=${FILE_TIMEOUT_MS}`]
  const command = [
    '--test',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-concurrency=${Math.max(2, availableParallelism())}`,
    `--import=${new URL('./test-timeout.js', import.meta.url).href}`,
    '--enable-source-maps',
    ...limit,
    ...runnerOptions,
    ...files.map((file) => relative(ROOT, join(ROOT, 'dist', file))),
  ]
  const { status, signal } = spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit' })
  if (signal !== null) console.error(`the test runner was ended by ${signal}`)
  return status ?? 1
}
