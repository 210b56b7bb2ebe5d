/** `npm run build -w packages/pipeline`: `@harmont/hm` as it is published, in `dist/` or the directory that is named: two entries, with the types of this room and of the IR. */
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const pipeline = dirname(dirname(fileURLToPath(import.meta.url)))
const rooms = dirname(pipeline)
const root = dirname(rooms)
const out = resolve(process.argv[2] ?? join(pipeline, 'dist'))
const types = join(out, 'types')

rmSync(out, { recursive: true, force: true })
mkdirSync(types, { recursive: true })

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

// The compiler's own declarations, with the IR's beside them in place of the package that is not published.
execFileSync(
  join(root, 'node_modules/.bin/tsc'),
  ['-p', join(pipeline, 'tsconfig.types.json'), '--outDir', types, '--rootDir', rooms],
  { stdio: 'inherit' },
)
for (const file of globSync(join(types, '**/*.d.ts'))) {
  const ir = relative(dirname(file), join(types, 'ir/src/index.js')).replace(/^(?!\.)/, './')
  const text = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    text.replaceAll("'@harmont/ir'", `'${ir}'`).replaceAll(/(from |import\()(['"]\.[^'"]*)\.ts(['"])/g, '$1$2.js$3'),
  )
}

const { name, version, license, type } = JSON.parse(readFileSync(join(pipeline, 'package.json'), 'utf8')) as Record<
  string,
  unknown
>
const entry = (file: string, declarations: string) => ({
  types: `./types/pipeline/src/${declarations}`,
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
