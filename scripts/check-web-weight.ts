/** Holds what the build page loads to the budgets of `web.md` 14, in bytes as they travel (gzip). Prints each, and fails over budget. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { buildWeb } from './build-web.ts'

interface Chunk {
  readonly file: string
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
  readonly assets?: readonly string[]
}

const repository = fileURLToPath(new URL('..', import.meta.url))
const dist = join(repository, 'packages/web/dist')
const buildPage = [
  'index.html',
  'src/frame/frame.tsx',
  'src/routes/organization-layout.tsx',
  'src/build/build-page.tsx',
  'src/log/log-viewer.tsx',
]

await buildWeb(repository)
const manifest = JSON.parse(await readFile(join(dist, '.vite/manifest.json'), 'utf8')) as Readonly<
  Record<string, Chunk>
>

/** The modules and all that they load at once. */
function loaded(names: readonly string[], found = new Set<string>()): ReadonlySet<string> {
  for (const name of names) {
    const chunk = manifest[name]
    if (chunk === undefined || found.has(name)) continue
    found.add(name)
    loaded(chunk.imports ?? [], found)
  }
  return found
}

async function weigh(files: Iterable<string>, form: '.gz' | ''): Promise<number> {
  const sizes = await Promise.all([...new Set(files)].map(async (file) => (await stat(join(dist, file + form))).size))
  return sizes.reduce((sum, size) => sum + size, 0) / 1000
}

const first = loaded(buildPage)
const chunks = [...first].flatMap((name) => manifest[name] ?? [])
const graph = [...loaded(['src/build/graph/graph-view.tsx'])].filter((name) => !first.has(name))
const rows = [
  [
    'JS of the build page',
    250,
    await weigh(
      chunks.map(({ file }) => file),
      '.gz',
    ),
  ],
  [
    'JS more for the graph',
    85,
    await weigh(
      graph.flatMap((name) => manifest[name]?.file ?? []),
      '.gz',
    ),
  ],
  [
    'CSS',
    20,
    await weigh(
      chunks.flatMap(({ css = [] }) => css),
      '.gz',
    ),
  ],
  [
    'fonts',
    60,
    await weigh(
      chunks.flatMap(({ assets = [] }) => assets).filter((file) => file.endsWith('.woff2')),
      '',
    ),
  ],
] as const
for (const [name, budget, kilobytes] of rows) {
  console.log(`${kilobytes <= budget ? 'ok  ' : 'OVER'} ${name}: ${kilobytes.toFixed(1)} kB of ${budget}`)
  if (kilobytes > budget || kilobytes === 0) process.exitCode = 1
}
