/**
 * Writes the declarations of `@harmont/hm` to `generated/types/`. They are published, and
 * `hm init` copies them beside a pipeline for the editor. With `--check` it writes nothing and
 * fails if they are stale.
 */
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const pipeline = dirname(dirname(fileURLToPath(import.meta.url)))
const rooms = dirname(pipeline)
const out = join(pipeline, 'generated/types')

/**
 * Returns the compiler's declarations by path: this package's at the top, and the IR's below `ir`,
 * because that package is not published.
 */
function declarations(): Map<string, string> {
  const emitted = mkdtempSync(join(tmpdir(), 'hm-types-'))
  try {
    const compiler = join(dirname(rooms), 'node_modules/typescript7/bin/tsc')
    execFileSync(compiler, ['-p', join(pipeline, 'tsconfig.types.json'), '--outDir', emitted, '--rootDir', rooms], {
      stdio: 'inherit',
    })
    const texts = new Map<string, string>()
    for (const file of globSync('**/*.d.ts', { cwd: emitted })) {
      const path = file
        .split(sep)
        .join('/')
        .replace(/^pipeline\/src\//, '')
        .replace(/^ir\/src\//, 'ir/')
      const ir = relative(dirname(path), 'ir/index.js')
        .split(sep)
        .join('/')
        .replace(/^(?!\.)/, './')
      const text = readFileSync(join(emitted, file), 'utf8')
      texts.set(
        path,
        text
          .replaceAll(/(['"])@harmont\/ir\1/g, `$1${ir}$1`)
          .replaceAll(/(from |import\()(['"]\.[^'"]*)\.ts(['"])/g, '$1$2.js$3'),
      )
    }
    return reachable(texts, ['index.d.ts', 'toolchains/index.d.ts'])
  } finally {
    rmSync(emitted, { recursive: true })
  }
}

/** Returns the files that the entries import, directly or indirectly. */
function reachable(texts: ReadonlyMap<string, string>, entries: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  const open = [...entries]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const text = texts.get(path)
    if (text === undefined) throw new Error(`expected declarations of ${path}, got none`)
    if (found.has(path)) continue
    found.set(path, text)
    for (const [, target = ''] of text.matchAll(/(?:from |import\()['"](\.[^'"]*)\.js['"]/g))
      open.push(join(dirname(path), `${target}.d.ts`).split(sep).join('/'))
  }
  return found
}

const wanted = declarations()
if (process.argv.includes('--check')) {
  const there = globSync('**/*.d.ts', { cwd: out }).map((path) => path.split(sep).join('/'))
  const stale = [...new Set([...there, ...wanted.keys()])].filter(
    (path) => !there.includes(path) || readFileSync(join(out, path), 'utf8') !== wanted.get(path),
  )
  for (const path of stale) console.error(`packages/pipeline/generated/types/${path} is stale: run npm run generate`)
  process.exitCode = stale.length === 0 ? 0 : 1
} else {
  rmSync(out, { recursive: true, force: true })
  for (const [path, text] of wanted) {
    mkdirSync(dirname(join(out, path)), { recursive: true })
    writeFileSync(join(out, path), text)
  }
}
