/**
 * `npm run build -w packages/pipeline`: builds `@harmont/hm` for publication, in `dist/` or the
 * given directory: two entries with their types.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const pipeline = dirname(dirname(fileURLToPath(import.meta.url)))
const root = dirname(dirname(pipeline))
const out = resolve(process.argv[2] ?? join(pipeline, 'dist'))

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })

await build({
  entryPoints: { index: join(pipeline, 'src/index.ts'), toolchains: join(pipeline, 'src/toolchains/index.ts') },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outdir: out,
  logLevel: 'warning',
  logOverride: { 'import-is-undefined': 'error' },
})

cpSync(join(pipeline, 'generated/types'), join(out, 'types'), { recursive: true })

const { name, version, license, type } = JSON.parse(readFileSync(join(pipeline, 'package.json'), 'utf8')) as Record<
  string,
  unknown
>
const entry = (file: string, declarations: string) => ({
  types: `./types/${declarations}`,
  default: `./${file}`,
})
const published = {
  name,
  version,
  description: 'Harmont CI pipelines in TypeScript',
  license,
  type,
  engines: { node: '>=20' },
  exports: { '.': entry('index.js', 'index.d.ts'), './toolchains': entry('toolchains.js', 'toolchains/index.d.ts') },
}
writeFileSync(join(out, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`)
cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'))
