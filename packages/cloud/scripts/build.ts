/**
 * `npm run build -w packages/cloud`: builds `@harmont/cloud` as it is published, in `dist/` or the
 * given directory: one bundle, with the types of the contract.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const cloud = dirname(dirname(fileURLToPath(import.meta.url)))
const root = dirname(dirname(cloud))
const out = resolve(process.argv[2] ?? join(cloud, 'dist'))
const types = join(out, 'types')

rmSync(out, { recursive: true, force: true })
mkdirSync(types, { recursive: true })

const { name, version, description, license, type, dependencies } = JSON.parse(
  readFileSync(join(cloud, 'package.json'), 'utf8'),
) as Record<string, unknown> & { dependencies: Record<string, string> }

await build({
  entryPoints: { index: join(cloud, 'src/index.ts') },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // External dependencies are installed beside the package; the contract is bundled.
  external: Object.keys(dependencies),
  outdir: out,
  logLevel: 'warning',
  logOverride: { 'import-is-undefined': 'error' },
})

// Emits the compiler's declarations, and copies the contract's beside them, because that package is
// not published.
execFileSync(
  join(root, 'node_modules/.bin/tsc'),
  ['-p', join(cloud, 'tsconfig.types.json'), '--outDir', types, '--rootDir', root],
  { stdio: 'inherit' },
)
for (const file of globSync(join(types, '**/*.d.ts'))) {
  const contract = relative(dirname(file), join(types, 'contract/src/index.js')).replace(/^(?!\.)/, './')
  const text = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    text
      .replaceAll("'@harmont/contract'", `'${contract}'`)
      .replaceAll(/(from |import\()(['"]\.[^'"]*)\.ts(['"])/g, '$1$2.js$3'),
  )
}

const published = {
  name,
  version,
  description,
  license,
  type,
  engines: { node: '>=20' },
  exports: { '.': { types: './types/packages/cloud/src/index.d.ts', default: './index.js' } },
  dependencies,
}
writeFileSync(join(out, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`)
cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'))
cpSync(join(cloud, 'README.md'), join(out, 'README.md'))
