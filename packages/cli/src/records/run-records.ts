import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { RunEvent } from '../events/run-event.ts'
import { isMissing } from '../is-missing.ts'
import { isAlive } from './process-mark.ts'
import { endOf, missingEnds, type RunFacts, type RunRecord } from './run-record.ts'

/**
 * Maximum number of runs kept for each project, and in total. The last run of a project always
 * stays, so that its numbers continue.
 */
const keptOfProject = 20
const keptOfAll = 200
/** A started record is complete within milliseconds, so an older incomplete one is abandoned. */
const abandonedMs = 60_000

/** The files of one run. */
export interface RunFiles {
  readonly directory: string
  readonly facts: string
  /** The IR as rendered. */
  readonly ir: string
  /** The events, one per line, except log lines. */
  readonly events: string
  /** The plans of appended steps, one per line; absent without any. */
  readonly appended: string
  /** The artifacts of steps, one per line; absent without any. */
  readonly artifacts: string
  /** Durations of test files, and deals of splits; see `recorded-splits.ts`. */
  readonly times: string
  readonly deals: string
  /** The inputs of the cache keys; see `identity.ts`. */
  readonly identity: string
  /** The chunks of one attempt, or of its service, one per line, in the API's format. */
  log(slot: number, attempt: number, service?: string): string
}

export function runFiles(runs: string, record: number): RunFiles {
  const directory = join(runs, String(record))
  return {
    directory,
    facts: join(directory, 'run.json'),
    ir: join(directory, 'ir.json'),
    events: join(directory, 'events.jsonl'),
    appended: join(directory, 'appended.jsonl'),
    artifacts: join(directory, 'artifacts.jsonl'),
    times: join(directory, 'times.jsonl'),
    deals: join(directory, 'deals.jsonl'),
    identity: join(directory, 'identity.json'),
    log: (slot, attempt, service) =>
      join(directory, 'logs', `${slot}-${attempt}${service === undefined ? '' : `-${service}`}.jsonl`),
  }
}

/**
 * Claims the project's next number and writes the known facts. The record exists from then on, even
 * if this process is killed.
 */
export function beginRecord(
  runs: string,
  facts: Omit<RunFacts, 'version' | 'record' | 'number'>,
  ir: string,
): RunFacts {
  mkdirSync(runs, { recursive: true, mode: 0o700 })
  for (;;) {
    // Read before the number is claimed. If another process claims the number in between, the
    // numbers are read again.
    const record = 1 + (recordsIn(runs)[0] ?? 0)
    const [last] = runsOf(runs, facts.directory)
    const files = runFiles(runs, record)
    const staging = join(runs, `.${facts.id}`)
    const whole: RunFacts = { version: 1, record, number: 1 + (last?.number ?? 0), ...facts }
    mkdirSync(join(staging, 'logs'), { recursive: true, mode: 0o700 })
    writeFileSync(join(staging, 'ir.json'), ir, { mode: 0o600 })
    writeFileSync(join(staging, 'events.jsonl'), '', { mode: 0o600 })
    writeFileSync(join(staging, 'run.json'), JSON.stringify(whole), { mode: 0o600 })
    try {
      renameSync(staging, files.directory)
      return whole
    } catch (error) {
      // Another hm claimed the number first.
      if (!(error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')))
        throw error
    }
  }
}

/** An append-only file. Written text survives a kill of this process. */
export class AppendedFile {
  readonly #fd: number

  constructor(path: string) {
    this.#fd = openSync(path, 'a', 0o600)
  }

  add(text: string): void {
    const bytes = Buffer.from(text)
    for (let from = 0; from < bytes.length; ) from += writeSync(this.#fd, bytes, from)
  }

  close(): void {
    closeSync(this.#fd)
  }
}

/** Reads one run; undefined if it does not exist or another version wrote it. */
export function readRecord(runs: string, record: number): RunRecord | undefined {
  const facts = readFacts(runs, record)
  return facts && withEvents(runs, facts)
}

/** Returns the runs of a project, or of all, newest first. */
export function readRecords(runs: string, directory?: string): RunRecord[] {
  return [...runsOf(runs, directory)].flatMap((facts) => withEvents(runs, facts) ?? [])
}

/** Reads the facts of a project's runs, or of all runs, one run at a time, newest first. */
export function* runsOf(runs: string, directory?: string): Generator<RunFacts> {
  for (const record of recordsIn(runs)) {
    const facts = readFacts(runs, record)
    if (facts !== undefined && (directory === undefined || facts.directory === directory)) yield facts
  }
}

/** Adds the events of a run; undefined if the run was removed meanwhile. */
export function withEvents(runs: string, facts: RunFacts): RunRecord | undefined {
  const events = readIfThere(runFiles(runs, facts.record).events)
  return events === undefined ? undefined : { ...facts, events: jsonLines<RunEvent>(events) }
}

function readFacts(runs: string, record: number): RunFacts | undefined {
  const text = readIfThere(runFiles(runs, record).facts)
  try {
    const facts = text === undefined ? undefined : (JSON.parse(text) as RunFacts)
    // Records of an earlier release used the run's number as their name.
    return facts?.version === 1 ? { ...facts, record } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Writes the missing final events of killed runs. Only one process may do so at a time. */
export function completeRecords(runs: string, now: number): void {
  for (const facts of runsOf(runs))
    if (!hasEnd(runs, facts.record) && !isAlive(facts.process)) complete(runs, facts, now)
}

/** Removes all but the newest ended runs. */
export function removeOldRecords(runs: string, now: number): void {
  for (const name of begunIn(runs)) {
    const path = join(runs, name)
    const age = now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now)
    if (age > abandonedMs) rmSync(path, { recursive: true, force: true })
  }
  const ended = [...runsOf(runs)].filter(({ record, process }) => hasEnd(runs, record) || !isAlive(process))
  const ofProject = new Map<string, number>()
  for (const [index, { record, directory }] of ended.entries()) {
    const newer = ofProject.get(directory) ?? 0
    ofProject.set(directory, newer + 1)
    if (newer >= keptOfProject || (newer > 0 && index >= keptOfAll))
      rmSync(runFiles(runs, record).directory, { recursive: true, force: true })
  }
}

function complete(runs: string, facts: RunFacts, now: number): void {
  const run = withEvents(runs, facts)
  const ends = run === undefined ? [] : missingEnds(run, now)
  if (ends.length === 0) return
  const file = new AppendedFile(runFiles(runs, facts.record).events)
  // Begins a new line, because the last one may be truncated.
  file.add(`\n${ends.map((event) => `${JSON.stringify(event)}\n`).join('')}`)
  file.close()
}

/** Reads only the last events of a run, because events may take megabytes. */
function hasEnd(runs: string, record: number): boolean {
  const tail = readTail(runFiles(runs, record).events)
  return tail !== undefined && endOf(jsonLines<RunEvent>(tail)) !== null
}

/** Returns the last 4 KiB of a file at most; undefined if it is absent. */
function readTail(path: string): string | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    const bytes = Buffer.alloc(4_096)
    const from = Math.max(0, fstatSync(file).size - bytes.length)
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, from))
  } finally {
    closeSync(file)
  }
}

/** Parses each complete line of JSON; omits a line truncated by a kill. */
export function jsonLines<T>(text: string): T[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as T]
    } catch {
      return [] // Cut off.
    }
  })
}

/** Returns the numbers of all records, newest first. */
function recordsIn(runs: string): number[] {
  return namesIn(runs)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => b - a)
}

function begunIn(runs: string): string[] {
  return namesIn(runs).filter((name) => name.startsWith('.'))
}

function namesIn(runs: string): string[] {
  try {
    return readdirSync(runs)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
