import { MISSING_FEATURES } from '../features.ts'
import type { PlannedStep } from '../plan.ts'
import { checkMatrix, readResources, readRetry, readRunner, readSoftFail, readSplit } from './additive.ts'
import { type AfterAppended, readAfterAppended, readAppend } from './append.ts'
import { readArtifacts } from './artifacts.ts'
import { readCache } from './cache.ts'
import { readStepConcurrency } from './concurrency.ts'
import { readCondition } from './condition.ts'
import { readEgress } from './egress.ts'
import type { Names } from './env.ts'
import { readIdTokens } from './id-tokens.ts'
import { type InputDraft, readInputs } from './inputs.ts'
import { MAX_IMAGE, MAX_TIMEOUT_SECONDS } from './limits.ts'
import { describe, grouped } from './problems.ts'
import { below, type JsonObject, member, type Reader } from './read.ts'
import { readServices, type ServiceDraft } from './services.ts'
import { readTests } from './tests.ts'

const MAX_COMMAND = 1024 * 1024
const DEFAULT_TIMEOUT_SECONDS = 3600

/**
 * A step as read from either form: all members except its edges, with the pointer of its object.
 */
export interface StepDraft
  extends Omit<PlannedStep, 'image' | 'buildsIn' | 'dependsOn' | 'inputs' | 'services' | 'afterAppended'> {
  readonly at: string
  readonly image: string | undefined
  /** Each entry becomes a `depends_on` edge. */
  readonly inputs: readonly InputDraft[]
  readonly services: readonly ServiceDraft[]
  /** Each entry also becomes a `depends_on` edge. */
  readonly afterAppended: readonly AfterAppended[]
}

/** The members of a step that both forms have. */
export const STEP_FIELDS = [
  ...['key', 'cmd', 'label', 'cache', 'timeout_seconds', 'image', 'runner', 'runner_args', 'continue_on_failure'],
  ...[
    'retry',
    'soft_fail',
    'if',
    'concurrency',
    'resources',
    'artifacts',
    'inputs',
    'services',
    'tests',
    'split',
    'append',
    'after_appended',
    'id_tokens',
    'egress',
    ...MISSING_FEATURES,
    'matrix',
  ],
  'env',
]

/**
 * Reads a step with its complete environment. Returns undefined after adding a problem for an
 * unusable key or command.
 */
export function readStep(
  reader: Reader,
  step: JsonObject,
  at: string,
  env: Names,
  secrets: Names,
): StepDraft | undefined {
  const of = (name: string) => [member(step, name), below(at, name)] as const
  const key = readKey(reader, ...of('key'))
  const command = readCommand(reader, ...of('cmd'))
  const label = readLabel(reader, ...of('label'))
  const runsOn = readRunner(reader, step, at)
  checkMatrix(reader, ...of('matrix'))
  const concurrency = readStepConcurrency(reader, ...of('concurrency'))
  const artifacts = readArtifacts(reader, ...of('artifacts'))
  const split = readSplit(reader, ...of('split'))
  const tests = readTests(reader, ...of('tests'))
  for (const name of MISSING_FEATURES) refuseFeature(reader, ...of(name))
  const append = readAppend(reader, ...of('append'))
  const idTokens = readIdTokens(reader, ...of('id_tokens'), { env, secrets })
  const egress = readEgress(reader, ...of('egress'))
  const rest = {
    at,
    inputs: readInputs(reader, ...of('inputs')),
    services: readServices(reader, ...of('services')),
    afterAppended: readAfterAppended(reader, ...of('after_appended')),
    env,
    secrets,
    image: reader.name(...of('image'), MAX_IMAGE),
    ...readCache(reader, ...of('cache')),
    timeoutSeconds: reader.integer(...of('timeout_seconds'), 1, MAX_TIMEOUT_SECONDS) ?? DEFAULT_TIMEOUT_SECONDS,
    retry: readRetry(reader, ...of('retry')),
    softFail: readSoftFail(reader, ...of('soft_fail')),
    continueOnFailure: reader.boolean(...of('continue_on_failure')) ?? false,
    condition: readCondition(reader, ...of('if')) ?? null,
    resources: readResources(reader, ...of('resources')),
    ...(concurrency && { concurrency }),
    ...(artifacts && { artifacts }),
    ...(split && { split }),
    ...(tests && { tests }),
    ...(runsOn && { runsOn }),
    ...(append && { append }),
    ...(idTokens && { idTokens }),
    ...(egress && { egress }),
  }
  if (key === undefined || command === undefined) return undefined
  return { key, name: label || key, command, ...rest }
}

/** Refuses a member that this release does not implement and that would be unsafe to ignore. */
function refuseFeature({ problems }: Reader, value: unknown, at: string): void {
  if (value === undefined) return
  const [expected, fix] = ['a release that runs this member', 'Update Harmont, or remove the member.']
  problems.add({ stage: 'shape', code: 'feature_missing', at, expected, got: 'one that does not', fix })
}

/** Reads and checks a step's own key. */
function readKey(reader: Reader, value: unknown, at: string): string | undefined {
  const key = reader.name(value, at, 255, { fix: 'Give the step a key.', required: true })
  if (key === undefined) return undefined
  if (key.trim() === key && !/\p{Cc}/u.test(key)) return key
  reader.limit(at, 'a key without control characters and without white space at its ends', describe(key), 'Rename it.')
  return undefined
}

function readCommand(reader: Reader, value: unknown, at: string): string | undefined {
  const fix = 'Give the step a command.'
  const command = reader.text(value, at, { expected: 'a non-empty string', fix, required: true })
  if (command === undefined) return undefined
  const size = Buffer.byteLength(command)
  if (size > MAX_COMMAND)
    reader.limit(at, `at most ${grouped(MAX_COMMAND)} bytes`, `${grouped(size)} bytes`, 'Put the script in a file.')
  if (command.trim() !== '') return command
  reader.limit(at, 'a non-empty string', size === 0 ? 'an empty one' : 'only white space', fix)
  return undefined
}

function readLabel(reader: Reader, value: unknown, at: string): string | undefined {
  const label = reader.text(value, at)
  if (label === undefined || label === '') return undefined
  return reader.name(label, at, 255, { fix: 'Shorten the label.' })
}
