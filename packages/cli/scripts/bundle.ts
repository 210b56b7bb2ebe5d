import { cpSync, globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire, isBuiltin } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'

/** The folder of all packages. */
export const rooms = dirname(dirname(import.meta.dirname))

export interface Changes extends Pick<BuildOptions, 'minifyWhitespace' | 'sourcemap' | 'external'> {
  readonly place?: (path: string) => string
  /** Programs placed beside the rendering child process, from name to source. */
  readonly besideChild?: Readonly<Record<string, string>>
}

export interface Bundle {
  readonly metafiles: readonly Metafile[]
  /** Files copied unchanged. */
  readonly copied: readonly string[]
}

// Drops unused modules with their imports. Only entries have side effects.
const roomsHaveNoEffects: Plugin = {
  name: 'rooms-have-no-effects',
  setup: ({ onResolve, resolve }) =>
    onResolve({ filter: /^(\.|@harmont\/)/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === 'resolving' || importer.includes('/node_modules/')) return undefined
      const found = await resolve(path, { importer, resolveDir, kind, pluginData: 'resolving' })
      return { ...found, sideEffects: false }
    }),
}

// Exposes the named exports of a CommonJS package that is imported on demand, as Node.js does.
// esbuild exposes the default export only.
const namesOnDemand: Plugin = {
  name: 'names-on-demand',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^[^.]/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      const isOurs = kind === 'dynamic-import' && !importer.includes('/node_modules/')
      if (!isOurs || pluginData === 'resolving' || isBuiltin(path)) return undefined
      const found = await resolve(path, { importer, resolveDir, kind, pluginData: 'resolving' })
      const isCommonJs = !found.external && !/^(import|export)\b/m.test(await readFile(found.path, 'utf8'))
      return isCommonJs ? { path: found.path, namespace: 'on-demand' } : found
    })
    onLoad({ filter: /./, namespace: 'on-demand' }, ({ path }) => {
      const names = Object.keys(createRequire(path)(path)).filter((name) => /^\w+$/.test(name) && name !== 'default')
      const all = `import all from ${JSON.stringify(path)}; export default all; export const { ${names.join()} } = all`
      return { contents: all, resolveDir: dirname(path) }
    })
  },
}

const common = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  // Native code, installed by npm for this machine. Where npm cannot install it, external programs
  // replace it.
  external: ['koffi'],
  logOverride: { 'import-is-undefined': 'error' },
  // CommonJS packages in an ES module still call `require` for Node's own modules.
  banner: {
    js: "import { createRequire as hmRequire } from 'node:module';const require = hmRequire(import.meta.url);",
  },
  plugins: [roomsHaveNoEffects, namesOnDemand],
} satisfies BuildOptions

/**
 * Reads the bundle's sources. Includes packages that a source loads on demand with `createRequire`.
 * `place` returns the `import.meta.url` of sources that do not support bundling. Other sources
 * check the suffix of `import.meta.url` themselves.
 */
function readSources(place: (path: string) => string): Plugin {
  return {
    name: 'read-sources',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\/(packages|contract)\/.*\.ts$/ }, async ({ path }) => {
        if (path.includes('/node_modules/')) return undefined
        const source = await readFile(path, 'utf8')
        const whole = source.replaceAll("createRequire(import.meta.url)('", "require('")
        const knowsBundles = whole.includes("import.meta.url.endsWith('.ts')")
        return { loader: 'ts', contents: knowsBundles ? whole : whole.replaceAll('import.meta.url', place(path)) }
      }),
  }
}

/**
 * Bundles programs into `folder`, one file for each entry (name to source). Adds the files that
 * they load from there: threads and processes of the sandbox and the engine, shell programs, and
 * the renderer. `place` returns an expression for a source's address in the programs. Data files
 * are resolved relative to this address.
 */
export async function bundle(
  folder: string,
  entryPoints: Readonly<Record<string, string>>,
  { place = () => 'import.meta.url', besideChild = {}, ...more }: Changes = {},
): Promise<Bundle> {
  const programs = await build({
    ...common,
    ...more,
    external: [...common.external, ...(more.external ?? [])],
    plugins: [readSources(place), ...common.plugins],
    entryPoints: {
      ...entryPoints,
      'source-worker': join(rooms, 'sandbox/src/source/worker.ts'),
      'blob-thread': join(rooms, 'sandbox/src/layers/blob-thread.ts'),
      'kernel-thread': join(rooms, 'sandbox/src/system/kernel/thread.ts'),
      'egress-guard': join(rooms, 'sandbox/src/network/guard/guard.ts'),
      'report-process': join(rooms, 'engine/src/reports/report-process.ts'),
    },
    outdir: folder,
    chunkNames: '[name]-[hash]',
  })
  // Written where @harmont/render looks for it. A single build makes a pipeline and the
  // child share one SDK.
  const renderer = await build({
    ...common,
    entryPoints: {
      child: join(rooms, 'render/src/child/main.ts'),
      ...besideChild,
      'hm/index': join(rooms, 'pipeline/src/index.ts'),
      'hm/toolchains': join(rooms, 'pipeline/src/toolchains/index.ts'),
      'hm/ir': join(rooms, 'ir/src/index.ts'),
    },
    // The child loads source maps for pipelines. Reading maps of its own code would take a fifth of
    // its time.
    sourcemap: false,
    plugins: [readSources(() => 'import.meta.url'), ...common.plugins],
    outdir: join(folder, 'render'),
    // Chunks stay beside the child, which resolves the SDK relative to itself.
    chunkNames: '[name]-[hash]',
  })
  return { metafiles: [programs.metafile, renderer.metafile], copied: copyFiles(folder) }
}

/**
 * Copies the Python SDK, the types that `hm init` writes, and the shell and Perl programs; returns
 * their sources.
 */
function copyFiles(folder: string): readonly string[] {
  const copies = [
    ...globSync('pipeline-python/src/harmont/**/*.*', {
      cwd: rooms,
      exclude: (name) => name.includes('__pycache__'),
    }).map((path) => [path, join('render/python', path.slice('pipeline-python/src/'.length))] as const),
    ...globSync('pipeline/generated/types/**/*.*', { cwd: rooms }).map(
      (path) => [path, join('types', path.slice('pipeline/generated/types/'.length))] as const,
    ),
    ...globSync('sandbox/src/**/*.{sh,pl}', { cwd: rooms }).map((path) => [path, basename(path)] as const),
  ]
  for (const [path, place] of copies) cpSync(join(rooms, path), join(folder, place))
  return copies.map(([path]) => join(rooms, path))
}
