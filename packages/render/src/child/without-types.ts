import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { SourceTextModule } from 'node:vm'
import { withoutUnusedImports } from './unused-imports.ts'

/**
 * Turns TypeScript into JavaScript, line for line. `cache` is a directory that keeps one result per
 * URL, because loading the type stripper takes longer than the rest of a small pipeline.
 */
export function typesRemover(cache: string | undefined): (source: string, url: string) => string {
  return (source, url) => {
    if (isJavaScript(source)) return withoutUnusedImports(source)
    if (cache === undefined) return withoutTypes(source, url)
    const file = join(cache, `${hash(url)}.js`)
    const mark = `// ${hash(`${process.version}\0${source}`)}\n`
    const kept = read(file)
    if (kept?.startsWith(mark)) return kept.slice(mark.length)
    const stripped = withoutTypes(source, url)
    keep(cache, file, mark + stripped)
    return stripped
  }
}

function withoutTypes(source: string, sourceUrl: string): string {
  try {
    return withoutUnusedImports(stripTypeScriptTypes(source, { mode: 'strip' }))
  } catch (error) {
    const isUnstrippable =
      error instanceof Error && 'code' in error && error.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
    if (isUnstrippable) return stripTypeScriptTypes(source, { mode: 'transform', sourceMap: true, sourceUrl })
    // Parses again with the file's URL, which then appears in the error. In a valid file the URL
    // would only lengthen the last line.
    return stripTypeScriptTypes(source, { mode: 'strip', sourceUrl })
  }
}

/**
 * Whether a TypeScript file is JavaScript with the same meaning, like most small pipelines. The
 * type stripper takes longer to load than such a pipeline to evaluate. `f<T>(x)` is a comparison in
 * JavaScript, so it counts as TypeScript.
 */
function isJavaScript(source: string): boolean {
  const from = source.indexOf('<')
  if (from !== -1 && /(?<!=)>/.test(source.slice(from))) return false
  try {
    new SourceTextModule(source)
    return true
  } catch {
    return false // has types, or an error that the remover's parser places
  }
}

function keep(cache: string, file: string, text: string): void {
  const partial = `${file}.${process.pid}`
  try {
    mkdirSync(cache, { recursive: true, mode: 0o700 })
    writeFileSync(partial, text, { mode: 0o600 })
    renameSync(partial, file)
  } catch {
    // A file that cannot be cached is stripped again the next time.
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // not kept yet
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
