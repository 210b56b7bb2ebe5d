import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { type IrCachePolicy, isGlob, type Plan, pathComponents, pathGlob, pathProblem } from '@harmont/ir'
import { type SourceTreeRef, treeFiles } from '@harmont/sandbox'
import { isMissing } from '../is-missing.ts'

/** What decides whether a cached step is found, part by part. Values are digests. */
export interface StepIdentity {
  readonly key: string
  readonly command: string
  readonly image: string | null
  readonly parent: string | null
  readonly policy: string
  readonly cacheKey: string | null
  readonly variables: Readonly<Record<string, string>>
  /** Of the rendering environment, as `env_keys` ask. */
  readonly envKeys: Readonly<Record<string, string>>
  /** By path. */
  readonly files: Readonly<Record<string, string>>
}

export interface IdentitySource {
  readonly plan: Plan
  readonly ir: string
  readonly env: Readonly<Record<string, string>>
  readonly tree: SourceTreeRef | null
  /** The environment that the pipeline was rendered in. */
  readonly rendering: Readonly<Record<string, string | undefined>>
}

/** Notes what `hm cache explain` compares runs by. */
export function writeIdentity(file: string, source: IdentitySource): void {
  writeFileSync(file, JSON.stringify(identities(source)), { mode: 0o600 })
}

/** By step key; nothing for a run that has none. */
export function readIdentity(file: string): ReadonlyMap<string, StepIdentity> {
  try {
    const steps = JSON.parse(readFileSync(file, 'utf8')) as readonly StepIdentity[]
    return new Map(steps.map((step) => [step.key, step]))
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return new Map()
    throw error
  }
}

function identities({ plan, ir, env, tree, rendering }: IdentitySource): StepIdentity[] {
  const policies = policiesOf(ir)
  const watched = [...policies.values()]
    .flatMap(partsOf)
    .flatMap((part) => (part.policy === 'on_change' ? part.paths : []))
  // A manifest of 100,000 files is read only where somebody watches files.
  const files = watched.length === 0 || tree === null ? new Map<string, string>() : treeFiles(tree)
  return plan.steps.map((step) => {
    const parts = partsOf(policies.get(step.key))
    const paths = parts.flatMap((part) => (part.policy === 'on_change' ? part.paths : [])).map(covering)
    const names = parts.flatMap((part) => ('env_keys' in part ? part.env_keys : []))
    return {
      key: step.key,
      command: digest(step.command),
      image: step.image,
      parent: step.buildsIn === null ? null : (plan.steps[step.buildsIn]?.key ?? null),
      policy: JSON.stringify(parts),
      cacheKey: step.cacheKey,
      variables: digests({ ...step.env, ...env }),
      envKeys: digests(Object.fromEntries(names.map((name) => [name, rendering[name] ?? '']))),
      files: Object.fromEntries([...files].filter(([path]) => paths.some((covers) => covers(path)))),
    }
  })
}

function policiesOf(ir: string): Map<string, IrCachePolicy> {
  const document = JSON.parse(ir) as {
    readonly graph?: {
      readonly nodes: readonly { readonly step: { readonly key: string; readonly cache?: IrCachePolicy } }[]
    }
  }
  const nodes = document.graph?.nodes ?? []
  return new Map(nodes.flatMap(({ step }) => (step.cache === undefined ? [] : [[step.key, step.cache]])))
}

/** A policy taken apart, without its key. */
function partsOf(policy: IrCachePolicy | undefined): IrCachePolicy[] {
  if (policy === undefined) return []
  if (policy.policy === 'compose') return policy.sub_policies.flatMap(partsOf)
  const { key: _, ...part } = policy as IrCachePolicy & { readonly key?: string }
  return [part as IrCachePolicy]
}

/** Whether a file is one that a path or glob of a policy names, or lies in a directory that it names. */
function covering(pattern: string): (path: string) => boolean {
  if (pathProblem(pattern) !== undefined) return () => false
  const parts = pathComponents(pattern)
  const literal = parts.join('/')
  if (!isGlob(pattern)) return (path) => literal === '' || path === literal || path.startsWith(`${literal}/`)
  const glob = pathGlob(pattern)
  return (path) => {
    const names = path.split('/')
    return names.some((_, index) => {
      const isWhole = index === names.length - 1
      return !(isWhole && glob.directoriesOnly) && glob.matches(names.slice(0, index + 1).join('/'))
    })
  }
}

function digests(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, digest(value)]))
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
