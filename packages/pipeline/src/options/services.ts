import { nearestCommand } from '../brand.ts'
import { MAX_TIMEOUT, seconds } from '../duration.ts'
import { isService, SERVICE, type ServiceFields, type Step } from '../step.ts'
import { booleanOf, misuse, nameOf, oneOrListOf, optionsOf, textOf, wholeNumberOf, wrongUse } from '../wrong-use.ts'
import { envOf } from './env.ts'
import { commandOf } from './inputs.ts'

const MAX_SERVICES = 16
const MAX_COMMAND = 64 * 1024
const MAX_PATTERN = 1_000
const MAX_STOP_SECONDS = 300
export const SETTINGS = ['image', 'env', 'command', 'ready', 'needs', 'stop', 'localhost', 'egress'] as const

export function servicesOf(where: string, value: unknown): readonly ServiceFields[] {
  return oneOrListOf(
    where,
    value,
    (entry) => (isService(entry) ? entry[SERVICE] : fieldsOf(where, entry)),
    MAX_SERVICES,
  )
}

function fieldsOf(where: string, entry: unknown): ServiceFields {
  const { name, ...settings } = optionsOf(where, entry, ['name', ...SETTINGS])
  return serviceFields(where, name, settings)
}

/** Checks the settings of a service and copies them. */
export function serviceFields(
  where: string,
  name: unknown,
  settings: Readonly<Record<string, unknown>>,
): ServiceFields {
  const { image, env, command, ready, needs, stop } = settings
  const variables = env === undefined ? {} : envOf(`${where}, env`, env)
  const names = needs === undefined ? [] : oneOrListOf(`${where}, needs`, needs, (need) => needOf(where, need))
  const isSet = (flag: 'localhost' | 'egress') =>
    settings[flag] !== undefined && booleanOf(`${where}, ${flag}`, settings[flag])
  return Object.freeze({
    name: hostNameOf(`${where}, name`, name),
    image: nameOf(`${where}, image`, image, 'Name an image.', 512),
    ...(Object.keys(variables).length > 0 && { env: variables }),
    ...(command !== undefined && { command: scriptOf(`${where}, command`, command) }),
    ...(ready !== undefined && readyOf(`${where}, ready`, ready)),
    ...(names.length > 0 && { needs: names }),
    ...(stop !== undefined && { stop: stopOf(`${where}, stop`, stop) }),
    ...(isSet('localhost') && { localhost: true as const }),
    ...(isSet('egress') && { egress: true as const }),
  })
}

/** Returns the same service, which starts from the files that it left after a step. */
export function fieldsAfter(fields: ServiceFields, step: unknown): ServiceFields {
  const from = commandOf('after', step)
  const { name } = fields
  if (servicesOfStep(from).some((other) => other.name === name)) return Object.freeze({ ...fields, from })
  const expected = `a step with the service ${JSON.stringify(name)}`
  throw misuse('after', expected, 'a step without it', `Give that step the service, or start ${name} from its image.`)
}

function servicesOfStep(step: Step): readonly ServiceFields[] {
  return nearestCommand(step)?.fields.services ?? []
}

function hostNameOf(where: string, value: unknown): string {
  const name = nameOf(where, value, 'Name the service.')
  if (/^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/.test(name) && name !== 'localhost' && name !== 'host') return name
  const expected = 'a host name such as "db": lower-case letters, digits, "-" and "_", at most 63 characters'
  throw wrongUse(where, expected, value, 'Rename the service.')
}

function needOf(where: string, need: unknown): string {
  return isService(need) ? need.name : hostNameOf(`${where}, needs`, need)
}

function scriptOf(where: string, value: unknown): string {
  return textOf(where, value, 'Give a command.', MAX_COMMAND)
}

function readyOf(where: string, value: unknown): Pick<ServiceFields, 'ready' | 'ready_command' | 'ready_log'> {
  const { port, command, log, timeout } = optionsOf(where, value, ['port', 'command', 'log', 'timeout'])
  const ready = {
    ...(port !== undefined && { port: wholeNumberOf(`${where}, port`, port, 1, 65_535) }),
    ...(timeout !== undefined && { timeout_seconds: seconds(`${where}, timeout`, timeout, MAX_TIMEOUT) }),
  }
  return {
    ...(Object.keys(ready).length > 0 && { ready: Object.freeze(ready) }),
    ...(command !== undefined && { ready_command: scriptOf(`${where}, command`, command) }),
    ...(log !== undefined && { ready_log: textOf(`${where}, log`, log, 'Give a regular expression.', MAX_PATTERN) }),
  }
}

function stopOf(where: string, value: unknown): NonNullable<ServiceFields['stop']> {
  const { signal, seconds: limit } = optionsOf(where, value, ['signal', 'seconds'])
  return Object.freeze({
    ...(signal !== undefined && { signal: signalOf(`${where}, signal`, signal) }),
    ...(limit !== undefined && { seconds: wholeNumberOf(`${where}, seconds`, limit, 0, MAX_STOP_SECONDS) }),
  })
}

function signalOf(where: string, value: unknown): string {
  if (typeof value === 'string' && /^SIG[A-Z0-9+-]{1,20}$/.test(value)) return value
  throw wrongUse(where, 'the name of a signal such as "SIGKILL"', value, 'Write it in full.')
}
