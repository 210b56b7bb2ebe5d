import type { BuildContext, BuildSource } from '../store.ts'

/** A build's context as any release so far wrote it. The first one knew one cache namespace, no forks, and no source but archives. */
export type StoredContext = Omit<BuildContext, 'cache' | 'trust' | 'source'> & {
  readonly cacheNamespace?: string
  readonly cache?: BuildContext['cache']
  readonly trust?: BuildContext['trust']
  readonly source: BuildSource | { readonly kind?: undefined; readonly sha256: string; readonly blob: string } | null
}

/** The context as this release has it. */
export function currentContext(stored: StoredContext): BuildContext {
  const { cacheNamespace, cache, trust, source, ...rest } = stored
  return {
    ...rest,
    cache: cache ?? oneNamespace(cacheNamespace),
    trust: trust ?? 'trusted',
    source: source && (source.kind === undefined ? { ...source, kind: 'archive' } : source),
  }
}

function oneNamespace(name: string | undefined): BuildContext['cache'] {
  if (name === undefined) throw new Error('expected a build with a cache namespace, got one without')
  return { read: [name], write: name }
}
