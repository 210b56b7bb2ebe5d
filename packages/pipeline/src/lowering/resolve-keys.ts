import process from 'node:process'
import { type IrDocument, type IrGraph, withCacheKeys } from '@harmont/ir'
import { nameOf, optionsOf, textOf, wholeNumberOf } from '../wrong-use.ts'
import { digestsBelow } from './files.ts'

export interface CacheKeyOptions {
  /** The organization; `HM_PIPELINE_ORG` or `default` when absent. */
  readonly pipelineOrg?: string
  /** The slug inside the repository; `HM_PIPELINE_SLUG` when absent. */
  readonly pipelineSlug?: string
  /** The current time in whole seconds since 1970; now when absent. */
  readonly now?: number
  /** The base directory for the paths of `onChange`; the working directory when absent. */
  readonly basePath?: string
  /** The variables for `envKeys`; this process's variables when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/**
 * Writes the cache keys (`ir.md` 2.2) into a graph made by `pipeline()`, from the files on disk.
 * `hm` does this itself.
 */
export function resolvePipelineCacheKeys(graph: IrGraph, options: CacheKeyOptions = {}): void {
  const keyed = keyedGraph('resolvePipelineCacheKeys', { version: '0', graph }, options).graph
  for (const [index, node] of graph.nodes.entries()) Object.assign(node, { step: keyed.nodes[index]?.step })
}

/** Returns the document with its cache keys. */
export function keyedGraph(where: string, document: IrDocument, options: CacheKeyOptions): IrDocument {
  const known = ['pipelineOrg', 'pipelineSlug', 'now', 'basePath', 'env']
  const { pipelineOrg, pipelineSlug, now, basePath } = optionsOf(where, options, known)
  const org = pipelineOrg ?? (process.env.HM_PIPELINE_ORG || 'default')
  const slug = pipelineSlug ?? process.env.HM_PIPELINE_SLUG
  return withCacheKeys(document, {
    org: nameOf(`${where}, pipelineOrg`, org, 'Name the organization.'),
    slug: nameOf(`${where}, pipelineSlug`, slug, 'Name the pipeline.'),
    now: wholeNumberOf(`${where}, now`, now ?? Math.floor(Date.now() / 1000), 0),
    env: options.env ?? process.env,
    digests: digestsBelow(textOf(`${where}, basePath`, basePath ?? process.cwd(), 'Name a directory.')),
  })
}
