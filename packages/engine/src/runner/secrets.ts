import { isMaskable } from '@harmont/logs'
import type { Sandbox, SecretRef, Snapshot } from '@harmont/sandbox'
import type { Outcome } from '../core/model.ts'
import type { SecretsAnswer, SecretValue, StepWork } from '../port.ts'
import { type JobContext, SecretsUnusable } from './job-context.ts'
import { persist } from './retry.ts'

/** The secrets of a step. */
export interface StepSecrets {
  /** Values by the step's own names. */
  readonly values: Readonly<Record<string, string>>
  /** Secrets that the step was given. Builds that use the result must have them as well. */
  readonly given: readonly SecretRef[]
  /** Names of secrets that the step uses and the build lacks. */
  readonly missing: readonly string[]
  /** Values that the log masks. */
  readonly masks: readonly string[]
}

/** Texts that a job's log masks. */
export interface Masks {
  readonly secrets: readonly string[]
  /** Identity tokens, oldest first. */
  readonly tokens: readonly string[]
}

/** The secrets of a build by name, or a remark with the reason why it has none. */
type KnownSecrets = ReadonlyMap<string, SecretValue> | string

/**
 * Selects this step's secrets and masks those inherited from its base. A build that may have no
 * secrets runs without them, with a remark in the log.
 */
export async function stepSecrets(
  context: JobContext,
  { step }: StepWork,
  known: KnownSecrets,
  lineage: readonly SecretRef[],
): Promise<StepSecrets> {
  const wanted = Object.entries(step.secrets)
  const { secretNames } = context.lease.job
  const isAllKnown = lineage.every(({ name }) => secretNames.includes(name))
  const values = isAllKnown ? known : await maskSecrets(context, lineage)
  if (wanted.length > 0 && typeof values === 'string') context.log.remark(values)
  if (wanted.length === 0 || typeof values === 'string')
    return { values: {}, given: [], missing: [], masks: masksOf(values) }
  const names = [...new Set(wanted.map(([, name]) => name))].sort()
  const given = new Map(names.flatMap((name) => entryOf(values, name)))
  const short = [...given].flatMap(([name, { value }]) => (isMaskable(value) ? [] : name))
  if (short.length > 0) context.log.remark(shortSentence(short))
  for (const { remark } of given.values()) if (remark !== undefined) context.log.remark(remark)
  return {
    values: Object.fromEntries(
      wanted.flatMap(([as, name]) => entryOf(given, name).map(([, { value }]) => [as, value])),
    ),
    given: [...given].map(([name, { id }]) => ({ id, name })),
    missing: names.filter((name) => !given.has(name)),
    masks: masksOf(values),
  }
}

/**
 * Returns the outcome of a step that lacks secrets and is not run. Message and log state the reason
 * for each missing secret.
 */
export async function refuseForSecrets(context: JobContext, names: readonly string[]): Promise<Outcome> {
  const answer = await fetchSecrets(context, names)
  const refused = answer.kind === 'values' ? answer.refused : undefined
  const reasons = names.flatMap((name) => refused?.get(name) ?? [])
  for (const reason of reasons) context.log.remark(reason)
  const unknown = names.filter((name) => refused?.has(name) !== true)
  if (unknown.length > 0) context.log.remark(missingSentence(unknown))
  const sentences = unknown.length === 0 ? reasons : [missingSentence(unknown), ...reasons]
  return { kind: 'refused', code: 'secret_missing', message: sentences.join(' ') }
}

function missingSentence(names: readonly string[]): string {
  const one = names.length === 1
  const commands = names.map((name) => `hm secret set ${name}`).join('; ')
  return `The secret${one ? '' : 's'} ${names.join(', ')} ${one ? 'is' : 'are'} not defined for this build. Set ${one ? 'it' : 'them'}: ${commands}`
}

/**
 * Masks all secrets that the build uses, and those of the base's lineage, in the job's log. Returns
 * values by name, or a remark with the reason why the build has none.
 */
export async function maskSecrets(context: JobContext, lineage: readonly SecretRef[]): Promise<KnownSecrets> {
  const { secretNames } = context.lease.job
  const names = [...new Set([...secretNames, ...lineage.map(({ name }) => name)])]
  if (names.length === 0) return new Map()
  const answer = await fetchSecrets(context, names)
  if (answer.kind === 'withheld') return answer.remark
  await context.log.mask([...answer.values.values()].map(({ value }) => value))
  return answer.values
}

/**
 * Masks the texts that an earlier process masked, with their values at that time, because a secret
 * may have been changed or removed since. Returns the masked texts.
 */
export async function maskAgain(context: JobContext, sandbox: Sandbox, lineage: readonly SecretRef[]): Promise<Masks> {
  const memo = await sandbox.memo()
  if (memo === undefined) {
    await maskSecrets(context, lineage)
    return { secrets: [], tokens: [] }
  }
  const noted = JSON.parse(memo) as Masks | readonly string[]
  const masks = 'tokens' in noted ? noted : { secrets: noted, tokens: [] }
  await context.log.mask(masks.secrets, masks.tokens)
  return masks
}

/**
 * Returns the text that `maskAgain` reads; without tokens, it is a list, which every release reads.
 */
export function memoOf({ secrets, tokens }: Masks): string {
  return JSON.stringify(tokens.length === 0 ? secrets : { secrets, tokens })
}

/** Returns whether the build has every secret of the snapshot's lineage. */
export async function maySee(
  context: JobContext,
  { meta: { secretLineage: lineage = [] } }: Snapshot,
): Promise<boolean> {
  if (lineage.length === 0) return true
  const answer = await fetchSecrets(
    context,
    lineage.map(({ name }) => name),
  )
  return answer.kind === 'values' && lineage.every(({ id, name }) => answer.values.get(name)?.id === id)
}

/** Returns each secret once. */
export function uniqueSecrets(refs: readonly SecretRef[]): readonly SecretRef[] {
  return [...new Map(refs.map((ref) => [ref.id, ref])).values()]
}

function shortSentence(names: readonly string[]): string {
  const one = names.length === 1
  return `The secret${one ? '' : 's'} ${names.join(', ')} ${one ? 'is' : 'are'} too short to be masked in this log.`
}

/** Fetches secrets of the build, and retries until there is an answer. */
async function fetchSecrets(
  { options, settings, lease }: JobContext,
  names: readonly string[],
): Promise<Exclude<SecretsAnswer, { readonly kind: 'unusable' }>> {
  const { jobId } = lease.job
  const answer = await persist(() => options.port.fetchSecrets(lease.job, names), {
    signal: lease.signal,
    giveUpMs: settings.giveUpMs,
    onFailure: (error) => options.log('warn', `job ${jobId}: could not fetch its secrets`, error),
  })
  if (answer.kind === 'unusable') throw new SecretsUnusable(answer.reason)
  return answer
}

function masksOf(values: KnownSecrets): readonly string[] {
  return typeof values === 'string' ? [] : [...values.values()].map(({ value }) => value)
}

function entryOf(values: ReadonlyMap<string, SecretValue>, name: string): [string, SecretValue][] {
  const value = values.get(name)
  return value === undefined ? [] : [[name, value]]
}
