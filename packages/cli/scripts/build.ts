/**
 * `npm run build -w packages/cli`: builds the published package in `dist/` or the named directory.
 * `hm` among sources needs no build.
 */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { notices } from './notices.ts'

const cli = dirname(dirname(fileURLToPath(import.meta.url)))
const rooms = dirname(cli)
const out = resolve(process.argv[2] ?? join(cli, 'dist'))
const lib = join(out, 'lib')

// Drops unused modules with their imports: only entries have effects of their own.
const roomsHaveNoEffects: Plugin = {
  name: 'rooms-have-no-effects',
  setup: ({ onResolve, resolve }) =>
    onResolve({ filter: /^(\.|@harmont\/)/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === 'resolving' || importer.includes('/node_modules/')) return undefined
      const found = await resolve(path, { importer, resolveDir, kind, pluginData: 'resolving' })
      return { ...found, sideEffects: false }
    }),
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
  // Native code, which npm installs for the machine. Where it cannot, programs do its work.
  external: ['koffi'],
  logOverride: { 'import-is-undefined': 'error' },
  // CommonJS packages in an ES module still load Node's own modules by this name.
  banner: {
    js: "import { createRequire as hmRequire } from 'node:module';const require = hmRequire(import.meta.url);",
  },
  plugins: [roomsHaveNoEffects],
} satisfies BuildOptions

rmSync(out, { recursive: true, force: true })
mkdirSync(lib, { recursive: true })

const metafiles: Metafile[] = []

// The command, and beside it what it expects there: the sandbox's threads and guard, and the engine's reader of reports.
const command = await build({
  ...common,
  entryPoints: {
    main: join(cli, 'src/main.ts'),
    'source-worker': join(rooms, 'sandbox/src/source/worker.ts'),
    'kernel-thread': join(rooms, 'sandbox/src/system/kernel/thread.ts'),
    'egress-guard': join(rooms, 'sandbox/src/network/guard/guard.ts'),
    'report-process': join(rooms, 'engine/src/reports/report-process.ts'),
  },
  outdir: lib,
  chunkNames: '[name]-[hash]',
})
metafiles.push(command.metafile)

// Builds the renderer where @harmont/render looks for it. One build, so that a pipeline and
// the child share one SDK.
const child = await build({
  ...common,
  entryPoints: {
    child: join(rooms, 'render/src/child/main.ts'),
    'hm/index': join(rooms, 'pipeline/src/index.ts'),
    'hm/toolchains': join(rooms, 'pipeline/src/toolchains/index.ts'),
    'hm/ir': join(rooms, 'ir/src/index.ts'),
  },
  outdir: join(lib, 'render'),
  // Chunks stand beside the child, which finds the SDK relative to itself.
  chunkNames: '[name]-[hash]',
})
metafiles.push(child.metafile)

cpSync(join(rooms, 'pipeline-python/src/harmont'), join(lib, 'render/python/harmont'), {
  recursive: true,
  filter: (path) => !path.endsWith('__pycache__'),
})

// Types that `hm init` puts beside a pipeline for its editor.
cpSync(join(rooms, 'pipeline/generated/types'), join(lib, 'types'), { recursive: true })

// Programs for the shell, which the driver expects beside itself too.
for (const script of globSync('sandbox/src/**/*.sh', { cwd: rooms }))
  cpSync(join(rooms, script), join(lib, basename(script)))

for (const part of ['bin', 'container']) cpSync(join(cli, part), join(out, part), { recursive: true })
cpSync(join(cli, '../../LICENSE'), join(out, 'LICENSE'))
cpSync(join(cli, 'PUBLISHED.md'), join(out, 'README.md'))
writeFileSync(join(out, 'THIRD-PARTY-NOTICES'), notices(metafiles, dirname(rooms)))

const { name, version, description, license, type, engines, bin, dependencies } = JSON.parse(
  readFileSync(join(cli, 'package.json'), 'utf8'),
) as Record<string, unknown> & { dependencies: Record<string, string> }
const { optionalDependencies } = JSON.parse(readFileSync(join(rooms, 'sandbox/package.json'), 'utf8')) as {
  readonly optionalDependencies: Readonly<Record<string, string>>
}
// The bundle contains all other code.
const published = {
  ...{ name, version, description, license, type, engines, bin },
  dependencies: { node: dependencies.node },
  optionalDependencies,
}
writeFileSync(join(out, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`)
