import { isWholePolicy } from './cache-policy.ts'
import type { IrCachePolicy, IrDocument, IrNode } from './document.ts'
import { hash, SEPARATOR } from './hash.ts'
import { compareText } from './text-order.ts'

/** Inputs of cache keys besides the graph. */
export interface KeyContext {
  /** `HM_PIPELINE_ORG`, or `default`. */
  readonly org: string
  /** The slug inside the repository. */
  readonly slug: string
  /** Whole seconds since 1970. */
  readonly now: number
  /** The environment of the rendering process. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Returns the digests D of `ir.md` 2.3 for the paths and globs of one policy, in order. */
  digests(paths: readonly string[]): readonly string[]
}

/** Returns the document with the key of each cached step in its `cache` (`ir.md` 2.2). */
export function withCacheKeys(document: IrDocument, context: KeyContext): IrDocument {
  const { nodes, edges } = document.graph
  const parents = new Map<number, number>()
  for (const [from, to, kind] of edges) if (kind === 'builds_in') parents.set(to, from)

  const parts: string[] = []
  const keys = new Map<number, string>()
  for (const index of nodes.keys()) {
    // Visits parents first. An explicit list replaces recursion, because a chain may exceed the
    // stack.
    const chain: number[] = []
    for (let at: number | undefined = index; at !== undefined && parts[at] === undefined; at = parents.get(at))
      chain.push(at)
    for (const at of chain.reverse()) {
      parts[at] = parentPart(nodes, parents.get(at), parts, keys)
      const key = cacheKey(nodes[at], parts[at], context)
      if (key !== undefined) keys.set(at, key)
    }
  }
  return { ...document, graph: { ...document.graph, nodes: nodes.map((node, i) => withKey(node, keys.get(i))) } }
}

function cacheKey(node: IrNode | undefined, parentPart: string, context: KeyContext): string | undefined {
  const cache = node?.step.cache
  if (node === undefined || cache == null || cache.policy === 'none' || !isWholePolicy(cache)) return undefined
  const resolution = resolve(cache, node.step.cmd, context)
  return hash([context.org, context.slug, node.step.key, parentPart, resolution].join(SEPARATOR))
}

// Returns P: the parent's part of the key.
function parentPart(
  nodes: readonly IrNode[],
  parent: number | undefined,
  parts: readonly string[],
  keys: ReadonlyMap<number, string>,
): string {
  if (parent === undefined) return 'scratch'
  return keys.get(parent) ?? `recipe-${hash([parts[parent], nodes[parent]?.step.cmd].join(SEPARATOR))}`
}

// Returns R: the policy resolved against the current state of files, time and environment.
function resolve(policy: IrCachePolicy, command: string, context: KeyContext): string {
  switch (policy.policy) {
    case 'none':
      return 'none'
    case 'forever':
      return `forever-${commandHash(command, policy.env_keys, context)}`
    case 'ttl':
      return `ttl-${Math.floor(context.now / policy.duration_seconds)}-${commandHash(command, policy.env_keys, context)}`
    case 'on_change':
      return `sha-${hash(terminated(context.digests(policy.paths)))}`
    case 'compose':
      return `compose-${hash(policy.sub_policies.map((part) => resolve(part, command, context)).join(''))}`
  }
}

function commandHash(command: string, envKeys: readonly string[] | undefined, { env }: KeyContext): string {
  // A name such as `constructor` is a variable only when the environment defines it.
  const value = (name: string) => (Object.hasOwn(env, name) ? (env[name] ?? '') : '')
  const variables = [...(envKeys ?? [])].sort(compareText).map((name) => `${name}=${value(name)}`)
  return hash(command + SEPARATOR + terminated(variables))
}

function terminated(texts: readonly string[]): string {
  return texts.map((text) => text + SEPARATOR).join('')
}

function withKey(node: IrNode, key: string | undefined): IrNode {
  const { step } = node
  if (key === undefined || step.cache === undefined) return node
  return { ...node, step: { ...step, cache: { ...step.cache, key } } }
}

export interface LookupParts {
  readonly cacheKey: string
  readonly command: string
  /**
   * The node's environment overlaid by the build's, without injected variables and secret values.
   */
  readonly env: Readonly<Record<string, string>>
  /** The lookup key L of the `builds_in` parent, '' for a root. */
  readonly parent: string
  /**
   * Digest of paths, types, modes and bytes of the files that the step's policy watches; '' for
   * none.
   */
  readonly files: string
  /** Absent or empty for a step without additional inputs. */
  readonly additions?: LookupAdditions
}

/**
 * The additions S of `ir.md` 2.5: a step's inputs besides its base, its environment and the source.
 * Absent and empty members are not part of the key, so a new member leaves the keys of steps
 * without it unchanged.
 */
interface LookupAdditions {
  /** One digest of files for each entry of the step's `inputs`, in their order. */
  readonly inputs?: readonly string[]
  /** One digest for each of the step's services, in their order. */
  readonly services?: readonly string[]
  /** The files of the step's shard of a split. */
  readonly split?: readonly string[]
}

/**
 * Returns the key L (`ir.md` 2.5) under which the engine looks a cached step up, as hex SHA-256.
 * The cache key covers only the bytes of watched files, so L adds their other aspects. Without
 * watched files and additions, L equals the key of earlier releases.
 */
export function lookupKey({ cacheKey, command, env, parent, files, additions = {} }: LookupParts): string {
  const variables = Object.keys(env)
    .sort(compareText)
    .map((name) => `${name}=${env[name]}${SEPARATOR}`)
    .join('')
  // A digest of files and a JSON object cannot be mistaken for one another.
  const optional = [files, additionsText(additions)].filter((part) => part !== '')
  return hash([cacheKey, command, variables, parent, ...optional].join(SEPARATOR))
}

/** Returns the additions as canonical JSON (sorted names, no white space), or '' without any. */
function additionsText(additions: LookupAdditions): string {
  const given = Object.entries(additions).filter(([, list]) => list !== undefined && list.length > 0)
  if (given.length === 0) return ''
  return JSON.stringify(Object.fromEntries(given.sort(([a], [b]) => compareText(a, b))))
}
