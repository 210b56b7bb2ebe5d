import { createHash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type IrCachePolicy, type PlannedStep, watchedPaths } from '@harmont/ir'
import { type SourceTreeRef, type WatchedFile, watchedIn } from '@harmont/sandbox'
import { isMissing } from '../is-missing.ts'

/** The inputs of a step's cache key, part by part. Values are digests. */
export interface StepIdentity {
  readonly key: string
  readonly command: string
  readonly image: string | null
  readonly parent: string | null
  readonly policy: string
  readonly cacheKey: string | null
  readonly variables: Readonly<Record<string, string>>
  /** Variables of the rendering environment, as `env_keys` name them. */
  readonly envKeys: Readonly<Record<string, string>>
  /** Facts by path; see `fileFact`. */
  readonly files: Readonly<Record<string, string>>
  /** Digests of the files of each input, once the step was looked up. Absent without inputs. */
  readonly given?: Readonly<Record<string, string>>
  /** The same of what each service is made from, by name. */
  readonly services?: Readonly<Record<string, string>>
  /** The same of the files of its shard of a split. */
  readonly split?: string
}

/** Has what identifies steps besides themselves. */
export interface IdentitySource {
  readonly env: Readonly<Record<string, string>>
  readonly tree: SourceTreeRef | null
  /** The environment that the pipeline was rendered in. */
  readonly rendering: Readonly<Record<string, string | undefined>>
}

/** Notes what `hm cache explain` compares runs by, of the steps from `first` on: others were noted before. */
export function noteSteps(file: string, source: IdentitySource, steps: readonly PlannedStep[], first = 0): void {
  const added = steps.slice(first).map((step) => identityOf(step, steps, source))
  replace(file, [...readIdentity(file).values(), ...added])
}

/** Adds what a step was given, which is known only when the other steps have ended. */
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

/** Reads the identities by step key; empty for a run without them. */
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
  // A manifest of 100,000 files is read only where somebody watches files.
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

/** A policy taken apart. */
function partsOf(policy: IrCachePolicy | undefined): readonly IrCachePolicy[] {
  if (policy === undefined) return []
  return policy.policy === 'compose' ? policy.sub_policies.flatMap(partsOf) : [policy]
}

/**
 * Returns `executable:DIGEST` or the like; for a link `link:TARGET`, with its target's fact on a
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
