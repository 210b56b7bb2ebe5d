/** The size budgets of `docs/design/web.md` for a build page, in compressed bytes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Chunk {
  readonly file: string
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
  readonly assets?: readonly string[]
}

const dist = 'packages/web/dist'
const manifest: Readonly<Record<string, Chunk>> = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))

/** Returns the given modules and everything that they import statically. */
function loaded(names: readonly string[], found = new Map<string, Chunk>()): ReadonlyMap<string, Chunk> {
  for (const name of names) {
    const chunk = manifest[name]
    if (chunk === undefined) throw new Error(`the web app has no chunk ${name}`)
    if (found.has(name)) continue
    found.set(name, chunk)
    loaded(chunk.imports ?? [], found)
  }
  return found
}

const buildPage = loaded([
  'index.html',
  'src/frame/frame.tsx',
  'src/routes/organization-layout.tsx',
  'src/build/build-page.tsx',
])
const graph = [...loaded(['src/build/graph/graph-view.tsx'])].flatMap(([name, chunk]) =>
  buildPage.has(name) ? [] : [chunk],
)
const chunks = [...buildPage.values()]
const files = (names: readonly string[], ending = '') => [...new Set(names)].map((name) => join(dist, name + ending))
const fonts = chunks.flatMap(({ assets = [] }) => assets).filter((name) => name.endsWith('.woff2'))
// The build has already compressed scripts and styles.
const asStored = { gzip: false, brotli: false }

export default [
  {
    name: 'JS of the build page',
    path: files(
      chunks.map(({ file }) => file),
      '.gz',
    ),
    limit: '250 kB',
    ...asStored,
  },
  {
    name: 'JS more for the graph',
    path: files(
      graph.map(({ file }) => file),
      '.gz',
    ),
    limit: '85 kB',
    ...asStored,
  },
  {
    name: 'CSS',
    path: files(
      chunks.flatMap(({ css = [] }) => css),
      '.gz',
    ),
    limit: '20 kB',
    ...asStored,
  },
  { name: 'fonts', path: files(fonts), limit: '60 kB', ...asStored },
]
