import { createHash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type IrCachePolicy, type PlannedStep, watchedPaths } from '@harmont/ir'
import { type SourceTreeRef, type WatchedFile, watchedIn } from '@harmont/sandbox'
import { isMissing } from '../is-missing.ts'

/** The inputs of a step's cache key. Values are digests. */
export interface StepIdentity {
  readonly key: string
  readonly command: string
  readonly image: string | null
  readonly parent: string | null
  readonly policy: string
  readonly cacheKey: string | null
  readonly variables: Readonly<Record<string, string>>
  /** Variables of the rendering environment listed by `env_keys`. */
  readonly envKeys: Readonly<Record<string, string>>
  /** Facts by path; see `fileFact`. */
  readonly files: Readonly<Record<string, string>>
  /**
   * Digests of the files of each input, added when the step is looked up. Absent without inputs.
   */
  readonly given?: Readonly<Record<string, string>>
  /** Digests of each service's image, files and options, by service name. */
  readonly services?: Readonly<Record<string, string>>
  /** Digest of the files of its shard of a split. */
  readonly split?: string
}

/** Inputs of step identities besides the steps. */
export interface IdentitySource {
  readonly env: Readonly<Record<string, string>>
  readonly tree: SourceTreeRef | null
  /** The environment in which the pipeline was rendered. */
  readonly rendering: Readonly<Record<string, string | undefined>>
}

/**
 * Records the data by which `hm cache explain` compares runs, for the steps from `first` on;
 * earlier steps are already recorded.
 */
export function noteSteps(file: string, source: IdentitySource, steps: readonly PlannedStep[], first = 0): void {
  const added = steps.slice(first).map((step) => identityOf(step, steps, source))
  replace(file, [...readIdentity(file).values(), ...added])
}

/**
 * Adds the digests of a step's inputs, services and shard, which are known only after its
 * prerequisites have ended.
 */
export function noteGiven(file: string, key: string, given: Pick<StepIdentity, 'given' | 'services' | 'split'>): void {
  replace(
    file,
    [...readIdentity(file).values()].map((step) => (step.key === key ? { ...step, ...given } : step)),
  )
}

function replace(file: string, steps: readonly StepIdentity[]): void {
  const staging = `${file}.part`
  writeFileSync(staging, JSON.stringify(steps), { mode: 0o600 })
  renameSync(staging, file)
}

/** Reads the identities by step key; empty if the run has none. */
export function readIdentity(file: string): ReadonlyMap<string, StepIdentity> {
  try {
    const steps = JSON.parse(readFileSync(file, 'utf8')) as readonly StepIdentity[]
    return new Map(steps.map((step) => [step.key, step]))
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return new Map()
    throw error
  }
}

function identityOf(
  step: PlannedStep,
  all: readonly PlannedStep[],
  { env, tree, rendering }: IdentitySource,
): StepIdentity {
  const { key, command, image, buildsIn, cacheKey, cachePolicy } = step
  const parts = partsOf(cachePolicy)
  const paths = cachePolicy === undefined ? [] : watchedPaths(cachePolicy)
  // Reads the manifest, which may list 100,000 files, only if the step watches files.
  const files = paths.length === 0 || tree === null ? [] : watchedIn(tree, paths)
  const names = parts.flatMap((part) => ('env_keys' in part ? part.env_keys : []))
  return {
    key,
    command: digest(command),
    image,
    parent: buildsIn === null ? null : (all[buildsIn]?.key ?? null),
    policy: JSON.stringify(parts),
    cacheKey,
    variables: digests({ ...step.env, ...env }),
    envKeys: digests(Object.fromEntries(names.map((name) => [name, rendering[name] ?? '']))),
    files: Object.fromEntries(files.flatMap(fileFact)),
  }
}

/** The parts of a cache policy. */
function partsOf(policy: IrCachePolicy | undefined): readonly IrCachePolicy[] {
  if (policy === undefined) return []
  return policy.policy === 'compose' ? policy.sub_policies.flatMap(partsOf) : [policy]
}

/**
 * Returns a fact such as `executable:DIGEST`; for a link `link:TARGET`, with its target's fact on a
 * second line. Folders are described by their files.
 */
function fileFact({ path, kind, content, link }: WatchedFile): [string, string][] {
  const name = asText(path)
  const fact = kind === 'link' ? `link:${asText(content)}` : `${kind}:${content}`
  if (link === null || kind === 'link') return kind === 'folder' ? [] : [[name, fact]]
  return [[name, `link:${asText(link)}\n${fact}`]]
}

function asText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function digests(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, digest(value)]))
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
