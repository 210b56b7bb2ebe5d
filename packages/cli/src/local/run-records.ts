import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { isMissing } from '../is-missing.ts'
import type { RunEvent } from '../run/run-event.ts'
import { isAlive } from './process-mark.ts'
import { endOf, missingEnds, type RunFacts, type RunRecord } from './run-record.ts'

const keptRuns = 20
/** A record that is begun is there within milliseconds. */
const abandonedMs = 60_000

/** The files of one run. */
export interface RunFiles {
  readonly directory: string
  readonly facts: string
  /** As rendered. */
  readonly ir: string
  /** One a line, as they were told, but for log lines. */
  readonly events: string
  /** What decides about cache hits; see `identity.ts`. */
  readonly identity: string
  /** Chunks of one attempt, one a line, as the API gives them. */
  log(slot: number, attempt: number): string
}

export function runFiles(runs: string, number: number): RunFiles {
  const directory = join(runs, String(number))
  return {
    directory,
    facts: join(directory, 'run.json'),
    ir: join(directory, 'ir.json'),
    events: join(directory, 'events.jsonl'),
    identity: join(directory, 'identity.json'),
    log: (slot, attempt) => join(directory, 'logs', `${slot}-${attempt}.jsonl`),
  }
}

/** Claims the next number and writes what is known; the run is there from then on, whatever becomes of this process. */
export function beginRecord(runs: string, facts: Omit<RunFacts, 'version' | 'number'>, ir: string): RunFacts {
  mkdirSync(runs, { recursive: true, mode: 0o700 })
  for (let number = 1 + Math.max(0, ...numbersIn(runs)); ; number++) {
    const files = runFiles(runs, number)
    const staging = join(runs, `.${facts.id}`)
    const whole: RunFacts = { version: 1, number, ...facts }
    mkdirSync(join(staging, 'logs'), { recursive: true, mode: 0o700 })
    writeFileSync(join(staging, 'ir.json'), ir, { mode: 0o600 })
    writeFileSync(join(staging, 'events.jsonl'), '', { mode: 0o600 })
    writeFileSync(join(staging, 'run.json'), JSON.stringify(whole), { mode: 0o600 })
    try {
      renameSync(staging, files.directory)
      return whole
    } catch (error) {
      // Another hm was faster.
      if (!(error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')))
        throw error
    }
  }
}

/** A file that is only added to: what is written is there when this process is killed. */
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

/** One run; undefined when there is none, or it was not written by this version. */
export function readRecord(runs: string, number: number): RunRecord | undefined {
  const files = runFiles(runs, number)
  try {
    const facts = JSON.parse(readFileSync(files.facts, 'utf8')) as RunFacts
    return facts.version === 1
      ? { ...facts, events: jsonLines<RunEvent>(readFileSync(files.events, 'utf8')) }
      : undefined
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return undefined
    throw error
  }
}

/** All runs, the newest first. */
export function readRecords(runs: string): RunRecord[] {
  const numbers = numbersIn(runs).sort((a, b) => b - a)
  return numbers.map((number) => readRecord(runs, number)).filter((record) => record !== undefined)
}

/** Tells the end of runs whose process was killed, and removes all but the last 20 that have ended. */
export function tidyRecords(runs: string, now: number): void {
  const records = readRecords(runs)
  for (const record of records) {
    if (endOf(record.events) !== null || isAlive(record.process)) continue
    const file = new AppendedFile(runFiles(runs, record.number).events)
    // Begins a line of its own, whatever was cut off.
    file.add(
      `\n${missingEnds(record, now)
        .map((event) => `${JSON.stringify(event)}\n`)
        .join('')}`,
    )
    file.close()
  }
  for (const name of begunIn(runs)) {
    const path = join(runs, name)
    const age = now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now)
    if (age > abandonedMs) rmSync(path, { recursive: true, force: true })
  }
  const ended = records.filter(({ events, process }) => endOf(events) !== null || !isAlive(process))
  for (const { number } of ended.slice(keptRuns))
    rmSync(runFiles(runs, number).directory, { recursive: true, force: true })
}

/** Each whole line of JSON; one that was cut off by a kill is left out. */
export function jsonLines<T>(text: string): T[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as T]
    } catch {
      return [] // Cut off.
    }
  })
}

function numbersIn(runs: string): number[] {
  return namesIn(runs)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
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
