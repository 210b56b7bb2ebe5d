import process from 'node:process'
import {
  checkDocument,
  type IrCachePolicy,
  type IrDocument,
  isWholePolicy,
  type PlanError,
  withCacheKeys,
} from '@harmont/ir'
import { type SourceDigests, sourceDigests } from '@harmont/source-set'
import { warningsOf } from './document-warnings.ts'
import type { KeyedRenderOptions } from './render-options.ts'

/** Data shared by the keys of all pipelines of a rendering. */
export interface Keys {
  readonly org: string
  readonly now: number
  readonly env: Readonly<Record<string, string | undefined>>
  /** Read once, at the first policy that watches files. */
  readonly digests: () => Promise<SourceDigests>
}

export interface Keyed {
  readonly json: string
  readonly warnings: readonly string[]
  /** The reason why the document cannot be planned; null for a valid document. */
  readonly problem: PlanError | null
}

export function keysOf({ org, now, env = process.env, sourceSet }: KeyedRenderOptions): Keys {
  let digests: Promise<SourceDigests> | undefined
  const read = async () => sourceDigests(typeof sourceSet === 'function' ? await sourceSet() : sourceSet)
  return {
    org: org ?? (env.HM_PIPELINE_ORG || 'default'),
    now: now ?? Math.floor(Date.now() / 1000),
    env,
    digests: () => {
      digests ??= read()
      return digests
    },
  }
}

/**
 * Returns a document of either language with its cache keys (`ir.md` 2.2) and its warnings. A
 * document that cannot be planned stays unchanged. Throws SourceError if the files cannot be read,
 * and Error for a path outside the project.
 */
export async function keyDocument(document: unknown, slug: string, keys: Keys): Promise<Keyed> {
  const text = JSON.stringify(document ?? null)
  const checked = checkDocument(text)
  if (!checked.ok) return { json: text, warnings: [], problem: checked.error }
  if (!isGraphForm(document)) {
    const told = 'only pipelines made by pipeline() get cache keys; steps without a key of their own always run.'
    return {
      json: text,
      warnings: /"cache":/.test(text) ? [...checked.warnings, told] : checked.warnings,
      problem: null,
    }
  }
  const digests = new Map<readonly string[], readonly string[]>()
  const unmatched: string[] = []
  for (const paths of watchedPaths(document)) {
    const found = await (await keys.digests()).of(paths)
    digests.set(paths, found)
    if (found.length === 0)
      unmatched.push(`onChange(${paths.map((path) => JSON.stringify(path)).join(', ')}) matches no file.`)
  }
  const context = { ...keys, slug, digests: (paths: readonly string[]) => digests.get(paths) ?? [] }
  const json = JSON.stringify(withCacheKeys(document, context))
  return { json, warnings: [...checked.warnings, ...warningsOf(document), ...unmatched], problem: null }
}

function watchedPaths({ graph }: IrDocument): (readonly string[])[] {
  const open: (IrCachePolicy | undefined)[] = graph.nodes.map(({ step }) => step.cache).reverse()
  const found: (readonly string[])[] = []
  while (open.length > 0) {
    const policy = open.pop()
    if (policy == null || !isWholePolicy(policy)) continue
    if (policy.policy === 'on_change') found.push(policy.paths)
    if (policy.policy === 'compose') open.push(...[...policy.sub_policies].reverse())
  }
  return found
}

function isGraphForm(document: unknown): document is IrDocument {
  return typeof document === 'object' && document !== null && 'graph' in document && document.graph instanceof Object
}
