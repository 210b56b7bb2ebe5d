import { usageError } from '../errors.ts'
import type { Folder } from './folder.ts'

type Members = Readonly<Record<string, unknown>>

/** Returns a folder's package.json; empty if there is none. Throws exit 2 if it is not JSON. */
export function manifestOf({ path, texts }: Folder): Members {
  try {
    return { ...objectOf(JSON.parse(texts.get('package.json') ?? '{}')) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw usageError(`${path === '.' ? '' : `${path}/`}package.json is not JSON: ${why}`, 'correct the file')
  }
}

/**
 * Returns the scripts among build, test, lint and typecheck. Omits npm's default test script, which
 * always fails.
 */
export function scriptsOf(manifest: Members): string[] {
  const scripts: Members = { ...objectOf(manifest.scripts) }
  return ['build', 'test', 'lint', 'typecheck'].filter(
    (name) => name in scripts && !/^echo .*no test specified.* && exit 1$/.test(String(scripts[name])),
  )
}

export function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}
