import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { events } from '../view/story.test-support.ts'
import { findRun } from './find-run.ts'
import { localHome } from './home.ts'
import { endOf } from './run-record.ts'
import { AppendedFile, beginRecord, completeRecords, readRecords, removeOldRecords, runFiles } from './run-records.ts'

let cache: string
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'hm-records-'))
})
afterEach(() => rmSync(cache, { recursive: true }))

function record(directory: string): number {
  const { runs } = localHome(cache)
  const known = { id: randomUUID(), directory, slug: 'ci', name: 'ci', message: null, branch: null, commit: null }
  const begun = { startedAt: 0, process: 'none', env: {}, only: null, retryOf: null }
  const facts = beginRecord(runs, { ...known, ...begun }, '{}')
  const file = new AppendedFile(runFiles(runs, facts.record).events)
  file.add(`${JSON.stringify(events.buildEnd('passed', 0))}\n`)
  file.close()
  return facts.number
}

test('each project numbers its own runs', () => {
  expect(['/a', '/b', '/a', '/a', '/b'].map(record)).toEqual([1, 1, 2, 3, 2])
  const home = localHome(cache)
  expect(readRecords(home.runs, '/a').map(({ number }) => number)).toEqual([3, 2, 1])
  expect(findRun(home, '/b', '1')).toMatchObject({ directory: '/b', record: 2 })
  expect(findRun(home, '/b', '3')).toBeUndefined()
})

test('an interrupted run is completed once, however long its events are; an ended one stays unchanged', () => {
  record('/a')
  record('/b')
  const { runs } = localHome(cache)
  const cutOff = runFiles(runs, 1).events
  const queued = events.queued('step')
  const lines = Array.from({ length: 100 }, (_, at) => `${JSON.stringify({ ...queued, step_id: `s${at}` })}\n`)
  writeFileSync(cutOff, `${lines.join('')}{"kind":"step_st`)
  for (const at of [1_000, 2_000]) completeRecords(runs, at)
  const ended = readRecords(runs, '/a').map(({ events: all }) => endOf(all))
  expect(ended).toMatchObject([{ state: 'failed', duration_ms: 1_000, error_code: 'build_abandoned' }])
  expect(readFileSync(cutOff, 'utf8').split('\n')).toHaveLength(lines.length + 1 + lines.length + 2)
  expect(readRecords(runs, '/b')).toMatchObject([{ events: [{ state: 'passed' }] }])
})

test('keeps the last 20 runs of each project, whatever other projects run, and continues the numbers', () => {
  record('/b')
  for (let run = 0; run < 25; run += 1) record('/a')
  const { runs } = localHome(cache)
  removeOldRecords(runs, 0)
  expect(readRecords(runs, '/a').map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, at) => 25 - at))
  expect(readRecords(runs, '/b')).toHaveLength(1)
  expect([record('/a'), record('/b')]).toEqual([26, 2])
})
