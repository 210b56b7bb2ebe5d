/** Reads the `services` of a step (`ir.md` 1.3). */
import { createRequire } from 'node:module'
import type { PlannedService } from '../plan.ts'
import { checkEnvSize, readEnv } from './env.ts'
import { MAX_IMAGE, MAX_TIMEOUT_SECONDS } from './limits.ts'
import { describe } from './problems.ts'
import { below, type JsonObject, member, type Reader } from './read.ts'

/** Maximum number of services of a step. */
const MAX_SERVICES = 16
const MAX_COMMAND = 64 * 1024
const MAX_PATTERN = 1_000
/** Maximum number of instructions of a compiled pattern, which bounds the cost of a match. */
const MAX_PATTERN_SIZE = 250
const MAX_STOP_SECONDS = 300
const READY_SECONDS = 60
const STOP_SECONDS = 10
/** A service's name is its host name for the step's command. */
const NAME = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/
const OWN_NAMES = ['localhost', 'host']

const SERVICE = new Set([
  ...['name', 'image', 'env', 'ready', 'command', 'from', 'ready_command', 'ready_log', 'needs', 'stop'],
  ...['localhost', 'egress'],
])
const READY = new Set(['port', 'timeout_seconds'])
const STOP = new Set(['signal', 'seconds'])

/** A service as a step declares it. `from` is a key until the graph is checked. */
export interface ServiceDraft extends Omit<PlannedService, 'from'> {
  readonly from: string | null
  /** JSON pointer of the service. */
  readonly at: string
}

/** Reads a step's `services` and drops those without a usable name or image. */
export function readServices(reader: Reader, value: unknown, at: string): readonly ServiceDraft[] {
  const services = reader
    .list(value, at, { max: MAX_SERVICES, of: 'services' })
    ?.slice(0, MAX_SERVICES)
    .map((entry, i) => readService(reader, entry, below(at, i)))
    .filter((service) => service !== undefined)
  return services ?? []
}

function readService(reader: Reader, value: unknown, at: string): ServiceDraft | undefined {
  const service = reader.object(value, at, { expected: 'a service', required: true })
  if (service === undefined) return undefined
  reader.unknownMembers(service, SERVICE, at)
  const of = (name: string) => [member(service, name), below(at, name)] as const
  const name = readName(reader, ...of('name'))
  const image = reader.name(...of('image'), MAX_IMAGE, { required: true })
  const env = readEnv(reader, ...of('env')) ?? {}
  checkEnvSize(reader, env, below(at, 'env'))
  const rest = {
    at,
    env,
    command: reader.name(...of('command'), MAX_COMMAND) ?? null,
    from: reader.text(...of('from'), { expected: 'the key of a step' }) ?? null,
    ready: readReady(reader, service, at),
    needs: readNeeds(reader, ...of('needs')),
    stop: readStop(reader, ...of('stop')),
    localhost: reader.boolean(...of('localhost')) ?? false,
    egress: reader.boolean(...of('egress')) ?? false,
  }
  return name === undefined || image === undefined ? undefined : { name, image, ...rest }
}

function readName(reader: Reader, value: unknown, at: string): string | undefined {
  const name = reader.text(value, at, { expected: 'the name of the service', fix: 'Name the service.', required: true })
  if (name === undefined || (NAME.test(name) && !OWN_NAMES.includes(name))) return name
  const expected = `a host name such as "db": lower-case letters, digits, "-" and "_", at most 63 characters`
  reader.limit(
    at,
    OWN_NAMES.includes(name) ? `${expected}, but not ${describe(name)}` : expected,
    describe(name),
    'Rename the service.',
  )
  return undefined
}

function readReady(reader: Reader, service: JsonObject, at: string): PlannedService['ready'] {
  const readyAt = below(at, 'ready')
  const ready = reader.object(member(service, 'ready'), readyAt) ?? {}
  reader.unknownMembers(ready, READY, readyAt)
  const of = (name: string) => [member(ready, name), below(readyAt, name)] as const
  const log = reader.name(member(service, 'ready_log'), below(at, 'ready_log'), MAX_PATTERN) ?? null
  if (log !== null) checkPattern(reader, log, below(at, 'ready_log'))
  return {
    port: reader.integer(...of('port'), 1, 65_535) ?? null,
    command: reader.name(member(service, 'ready_command'), below(at, 'ready_command'), MAX_COMMAND) ?? null,
    log,
    timeoutSeconds: reader.integer(...of('timeout_seconds'), 1, MAX_TIMEOUT_SECONDS) ?? READY_SECONDS,
  }
}

function checkPattern(reader: Reader, pattern: string, at: string): void {
  // Loads the engine lazily: most pipelines have no pattern, and every run of `hm` parses a
  // pipeline.
  const { RE2JS } = createRequire(import.meta.url)('re2js') as typeof import('re2js')
  try {
    if (RE2JS.compile(pattern).programSize() > MAX_PATTERN_SIZE)
      reader.limit(at, 'a simpler regular expression', describe(pattern), 'Match less of the line, or repeat less.')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    reader.limit(at, 'a regular expression in RE2 syntax', describe(pattern), `Correct it: ${reason}.`)
  }
}

function readNeeds(reader: Reader, value: unknown, at: string): readonly string[] {
  const needs = reader.listOf(
    value,
    at,
    (name, place) => reader.text(name, place, { expected: 'the name of a service', required: true }),
    { max: MAX_SERVICES },
  )
  return [...new Set(needs)]
}

function readStop(reader: Reader, value: unknown, at: string): PlannedService['stop'] {
  const stop = reader.object(value, at) ?? {}
  reader.unknownMembers(stop, STOP, at)
  const signal = reader.text(member(stop, 'signal'), below(at, 'signal')) ?? null
  if (signal !== null && !/^SIG[A-Z0-9+-]{1,20}$/.test(signal))
    reader.shape(below(at, 'signal'), 'the name of a signal such as "SIGINT"', signal, 'Write it in full.')
  const seconds = reader.integer(member(stop, 'seconds'), below(at, 'seconds'), 0, MAX_STOP_SECONDS) ?? STOP_SECONDS
  return { signal, seconds }
}
