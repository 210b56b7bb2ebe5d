import type { IrCachePolicy, IrCondition, IrResources, IrRetry } from '@harmont/ir'
import { isStep, nearestCommand } from './brand.ts'
import { cachePolicyOf } from './cache.ts'
import { conditionOf, type When } from './condition.ts'
import { type Duration, seconds } from './duration.ts'
import type { Step } from './step.ts'
import { booleanOf, listOf, membersOf, onlyKnown, textOf, wholeNumberOf, wrongUse } from './wrong-use.ts'

export type EnvOptions = Readonly<Record<string, string | number | boolean>>

export interface RetryOptions {
  /** Further attempts, 1 to 10. */
  readonly limit: number
  readonly delay?: Duration
  readonly exitCodes?: readonly number[] | '*'
  readonly signals?: readonly string[]
  readonly reasons?: readonly string[]
}

export interface ResourceOptions {
  readonly cpu?: number
  readonly memoryGb?: number
  readonly diskGb?: number
}

export interface StepOptions {
  readonly label?: string
  readonly cache?: IrCachePolicy
  readonly env?: EnvOptions
  readonly image?: string
  readonly key?: string
  /** Directory of the workspace that the command runs in. */
  readonly cwd?: string
  /** Budget of one attempt. */
  readonly timeout?: Duration
  /** How many further attempts, or a whole policy. */
  readonly retry?: number | RetryOptions
  /** A failure leaves the build unharmed: any one, or one with these exit codes. */
  readonly softFail?: boolean | readonly number[]
  /** Starts whatever became of what it waits for. */
  readonly continueOnFailure?: boolean
  /** Steps to wait for, without their files. */
  readonly dependsOn?: Step | readonly Step[]
  readonly when?: When
  readonly resources?: ResourceOptions
  /** Names of secrets that are variables of the same name, or variable to secret. */
  readonly secrets?: readonly string[] | Readonly<Record<string, string>>
}

/** The options of a command as the IR wants them; absent where not given. */
export interface CommandFields {
  readonly key?: string
  readonly label?: string
  readonly cache?: IrCachePolicy
  readonly timeoutSeconds?: number
  readonly image?: string
  readonly continueOnFailure?: boolean
  readonly retry?: IrRetry
  readonly softFail?: true | readonly number[]
  readonly condition?: IrCondition
  readonly resources?: IrResources
  readonly env?: Readonly<Record<string, string>>
  readonly secrets?: Readonly<Record<string, string>>
  readonly dependsOn?: readonly Step[]
}

const KNOWN = [
  ...['label', 'cache', 'env', 'image', 'key', 'cwd', 'timeout', 'retry', 'softFail', 'continueOnFailure'],
  ...['dependsOn', 'when', 'resources', 'secrets'],
]

/** Checks the options of `sh` and copies them, so that a later change of the caller's objects changes no step. */
export function commandFields(options: Omit<StepOptions, 'cwd'>): CommandFields {
  membersOf('sh', options)
  onlyKnown('sh', options, KNOWN)
  const {
    label,
    cache,
    env,
    image,
    key,
    timeout,
    retry,
    softFail,
    continueOnFailure,
    dependsOn,
    when,
    resources,
    secrets,
  } = options
  const soft = softFail === undefined ? undefined : softFailOf('sh, softFail', softFail)
  return Object.freeze({
    ...(key !== undefined && { key: textOf('sh, key', key, 'Give a key, or none.') }),
    ...(label !== undefined && { label: textOf('sh, label', label, 'Give a label, or none.') }),
    ...(cache !== undefined && { cache: cachePolicyOf('sh, cache', cache) }),
    ...(timeout !== undefined && { timeoutSeconds: seconds('sh, timeout', timeout) }),
    ...(image !== undefined && { image: textOf('sh, image', image, 'Name an image.') }),
    ...(continueOnFailure !== undefined && {
      continueOnFailure: booleanOf('sh, continueOnFailure', continueOnFailure),
    }),
    ...(retry !== undefined && { retry: retryOf('sh, retry', retry) }),
    ...(soft !== undefined && { softFail: soft }),
    ...(when !== undefined && { condition: conditionOf('sh, when', when) }),
    ...(resources !== undefined && { resources: resourcesOf('sh, resources', resources) }),
    ...(env !== undefined && { env: envOf('sh, env', env) }),
    ...(secrets !== undefined && { secrets: secretsOf('sh, secrets', secrets) }),
    ...(dependsOn !== undefined && { dependsOn: stepsOf('sh, dependsOn', dependsOn) }),
  })
}

/** Variables as texts: numbers and booleans become what they print as. */
export function envOf(where: string, value: EnvOptions): Readonly<Record<string, string>> {
  const entries = membersOf(where, value).map(([name, entry]) => {
    if (typeof entry === 'string') return [name, entry]
    if (typeof entry === 'boolean' || (typeof entry === 'number' && Number.isFinite(entry)))
      return [name, String(entry)]
    throw wrongUse(`${where}, ${name}`, 'a string, a number or a boolean', entry, 'Write the value as a string.')
  })
  return Object.freeze(Object.fromEntries(entries))
}

export function retryOf(where: string, value: number | RetryOptions): IrRetry {
  const retry = typeof value === 'number' ? { limit: value } : value
  membersOf(where, retry)
  onlyKnown(where, retry, ['limit', 'delay', 'exitCodes', 'signals', 'reasons'])
  const { limit, delay, exitCodes, signals, reasons } = retry
  const words = (name: string, list: unknown) =>
    listOf(`${where}, ${name}`, list, (word) => textOf(`${where}, ${name}`, word, 'Name one.'))
  return Object.freeze({
    limit: wholeNumberOf(where, limit, 1),
    ...(delay !== undefined && { delay_seconds: seconds(`${where}, delay`, delay) }),
    ...(exitCodes !== undefined && {
      exit_codes: exitCodes === '*' ? exitCodes : exitCodesOf(`${where}, exitCodes`, exitCodes),
    }),
    ...(signals !== undefined && { signals: words('signals', signals) }),
    ...(reasons !== undefined && { reasons: words('reasons', reasons) }),
  })
}

export function resourcesOf(where: string, value: ResourceOptions): IrResources {
  membersOf(where, value)
  onlyKnown(where, value, ['cpu', 'memoryGb', 'diskGb'])
  const { cpu, memoryGb, diskGb } = value
  return Object.freeze({
    ...(cpu !== undefined && { cpu: wholeNumberOf(`${where}, cpu`, cpu, 1) }),
    ...(memoryGb !== undefined && { memory_gb: wholeNumberOf(`${where}, memoryGb`, memoryGb, 1) }),
    ...(diskGb !== undefined && { disk_gb: wholeNumberOf(`${where}, diskGb`, diskGb, 1) }),
  })
}

/** Environment name to secret name, of either way to write them. */
export function secretsOf(where: string, value: StepOptions['secrets']): Readonly<Record<string, string>> {
  const name = (text: unknown) => textOf(where, text, 'Name a secret.')
  const entries = Array.isArray(value)
    ? value.map((secret) => [name(secret), name(secret)])
    : membersOf(where, value).map(([variable, secret]) => [variable, name(secret)])
  return Object.freeze(Object.fromEntries(entries))
}

function softFailOf(where: string, value: boolean | readonly number[]): true | readonly number[] | undefined {
  return typeof value === 'boolean' ? value || undefined : exitCodesOf(where, value)
}

function exitCodesOf(where: string, value: unknown): readonly number[] {
  return listOf(where, value, (code) => wholeNumberOf(where, code, 0))
}

function stepsOf(where: string, value: Step | readonly Step[]): readonly Step[] {
  return listOf(where, Array.isArray(value) ? value : [value], (step) => {
    if (isStep(step) && nearestCommand(step) !== null) return step
    throw wrongUse(where, 'a step with a command', step, 'Pass what sh() gave.')
  })
}
