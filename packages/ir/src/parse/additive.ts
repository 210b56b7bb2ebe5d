/** Reads the supported additive fields of a step (`ir.md` 1.3). */
import type { PlannedRunner, PlannedSplit, Resources, RetryPolicy } from '../plan.ts'
import { RETRY_REASONS } from '../retry-reasons.ts'
import { isRunnerWord } from '../runner-word.ts'
import { readRelativePath } from './cache.ts'
import { below, isObject, type JsonObject, member, type Reader } from './read.ts'

const RETRY = new Set(['limit', 'delay_seconds', 'exit_codes', 'signals', 'reasons'])
const MATRIX = new Set(['group', 'cell'])
const SPLIT = new Set(['files', 'index', 'total'])
const MAX_SHARDS = 100
const RESOURCES = new Set(['cpu', 'memory_gb', 'disk_gb'])

export function readRetry(reader: Reader, value: unknown, at: string): RetryPolicy | null {
  const retry = reader.object(value, at, { expected: 'a retry policy', fix: 'Give an object with a limit.' })
  if (retry === undefined) return null
  reader.unknownMembers(retry, RETRY, at)
  const of = (name: string) => [member(retry, name), below(at, name)] as const
  const limit = reader.integer(...of('limit'), 1, 10, { required: true })
  const delaySeconds = reader.integer(...of('delay_seconds'), 0, 3600) ?? 0
  const [codes, codesAt] = of('exit_codes')
  const exitCodes = codes === '*' ? codes : readExitCodes(reader, codes, codesAt, '"*" or a list of exit codes')
  const signals = reader.listOf(...of('signals'), (signal, place) => readSignal(reader, signal, place))
  const reasons = reader.listOf(...of('reasons'), (reason, place) =>
    reader.word(reason, place, RETRY_REASONS, { required: true }),
  )
  if (limit === undefined) return null
  return {
    limit,
    delaySeconds,
    ...(exitCodes && { exitCodes }),
    ...(signals && { signals }),
    ...(reasons && { reasons }),
  }
}

export function readSoftFail(reader: Reader, value: unknown, at: string): true | readonly number[] | null {
  if (typeof value === 'boolean') return value || null
  return readExitCodes(reader, value, at, 'true or a list of exit codes') ?? null
}

export function readResources(reader: Reader, value: unknown, at: string): Resources {
  const resources = reader.object(value, at) ?? {}
  reader.unknownMembers(resources, RESOURCES, at)
  const amount = (name: string) => reader.integer(member(resources, name), below(at, name), 1)
  return { cpu: amount('cpu') ?? 2, memoryGb: amount('memory_gb') ?? 4, diskGb: amount('disk_gb') ?? 20 }
}

export function readSplit(reader: Reader, value: unknown, at: string): PlannedSplit | undefined {
  const split = reader.object(value, at)
  if (split === undefined) return undefined
  reader.unknownMembers(split, SPLIT, at)
  const files = readRelativePath(reader, member(split, 'files'), below(at, 'files'))
  const total = reader.integer(member(split, 'total'), below(at, 'total'), 1, MAX_SHARDS, { required: true })
  const last = total ?? MAX_SHARDS
  const index = reader.integer(member(split, 'index'), below(at, 'index'), 1, last, { required: true })
  return files === undefined || total === undefined || index === undefined ? undefined : { files, index, total }
}

/** Checks the shape of `matrix` and plans nothing: it only affects the display of steps. */
export function checkMatrix(reader: Reader, value: unknown, at: string): void {
  const matrix = reader.object(value, at)
  if (matrix === undefined) return
  reader.unknownMembers(matrix, MATRIX, at)
  reader.text(member(matrix, 'group'), below(at, 'group'), { required: true })
  const cellAt = below(at, 'cell')
  const cell = reader.object(member(matrix, 'cell'), cellAt, { required: true }) ?? {}
  for (const [axis, text] of Object.entries(cell)) reader.text(text, below(cellAt, axis), { required: true })
}

/** Maximum number of runner labels of a step. */
const MAX_LABELS = 20

/**
 * Returns the step's requirements for its runner; undefined for none. All known kinds of runners
 * select the same machine. Only `pool` and `labels` of `runner_args` have a meaning. Values of
 * another form are ignored, because older documents could hold anything there.
 */
export function readRunner(reader: Reader, step: JsonObject, at: string): PlannedRunner | undefined {
  reader.word(member(step, 'runner'), below(at, 'runner'), ['default', 'vm', 'docker'], {
    fix: 'Omit the runner.',
  })
  const argsAt = below(at, 'runner_args')
  const args = reader.object(member(step, 'runner_args'), argsAt)
  if (args === undefined) return undefined
  if (jsonSizeOver(args, 16 * 1024)) {
    reader.limit(argsAt, 'at most 16,384 bytes of JSON', 'more', 'Shorten the runner options.')
    return undefined
  }
  const [pool, labels] = [member(args, 'pool'), member(args, 'labels')]
  const isPool = pool === undefined || isWord(pool)
  const isLabels =
    labels === undefined || (Array.isArray(labels) && labels.length <= MAX_LABELS && labels.every(isWord))
  const ignored = (name: string, expected: string) =>
    reader.problems.warn(() => `\`${name}\` of \`runner_args\` is ignored: expected ${expected} (${argsAt}).`)
  const rule = 'letters, digits, `_`, `.` and `-`, at most 63'
  if (!isPool) ignored('pool', `a name of ${rule}`)
  if (!isLabels) ignored('labels', `a list of at most ${MAX_LABELS} names of ${rule}`)
  const asked = { pool: isPool ? (pool ?? null) : null, labels: isLabels ? [...new Set(labels ?? [])].sort() : [] }
  return asked.pool === null && asked.labels.length === 0 ? undefined : asked
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && isRunnerWord(value)
}

function readExitCodes(reader: Reader, value: unknown, at: string, expected: string): number[] | undefined {
  return reader.listOf(value, at, (code, place) => reader.integer(code, place, 0, 255, { required: true }), {
    expected,
  })
}

function readSignal(reader: Reader, value: unknown, at: string): string | undefined {
  const signal = reader.text(value, at, { required: true })
  if (signal === undefined || /^SIG[A-Z0-9+-]{1,20}$/.test(signal)) return signal
  reader.shape(at, 'the name of a signal such as "SIGKILL"', signal, 'Write it in full.')
  return undefined
}

// Neither recurses nor builds the text, because the value may be nested deeper than the stack
// allows.
function jsonSizeOver(value: unknown, limit: number): boolean {
  const rest: unknown[] = [value]
  let size = 0
  while (rest.length > 0 && size <= limit) {
    const next = rest.pop()
    if (Array.isArray(next)) {
      size += 2 + Math.max(0, next.length - 1)
      for (const entry of next) rest.push(entry)
    } else if (isObject(next)) {
      const names = Object.keys(next)
      size += 2 + Math.max(0, names.length - 1)
      for (const name of names) {
        size += Buffer.byteLength(JSON.stringify(name)) + 1
        rest.push(next[name])
      }
    } else size += Buffer.byteLength(JSON.stringify(next))
  }
  return size > limit
}
