/**
 * Checks the metrics, and the dashboard and alerts of `deploy/observability`, with Prometheus' own
 * promtool.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { counters, durations } from './instruments.ts'
import { createMetrics } from './metrics.ts'

const folder = join(import.meta.dirname, '../../../../../deploy/observability')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

/** Runs promtool. Returns its output if it fails; otherwise null. */
function promtool(args: readonly string[], input = ''): string | null {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { cwd: folder, input, encoding: 'utf8' })
  return status === 0 ? null : `${error ?? ''}${stdout}${stderr}`
}

/** Returns the text of a server's metrics, after using each of them once. */
async function textOfMetrics(): Promise<string> {
  // No database listens on this port, so metrics from the database are omitted.
  const pool = new pg.Pool({ host: '127.0.0.1', port: 9 })
  const disk = { room: { freeBytes: 1, sizeBytes: 2, freeFiles: 3 }, full: null }
  const counts = { sent: 1, dropped: 0, failures: 0 }
  const metrics = createMetrics({ pool, disk, tracing: { counts }, log: pino({ level: 'silent' }) })
  const labelsOf = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'x']))
  for (const name of Object.keys(counters) as (keyof typeof counters)[])
    metrics.count(name, labelsOf(counters[name].labels))
  for (const name of Object.keys(durations) as (keyof typeof durations)[])
    metrics.time(name, 0.1, labelsOf(durations[name].labels))
  metrics.observe({ operationId: null, method: 'GET', status: 200, seconds: 0.1 })
  const { text } = await metrics.read()
  await pool.end()
  return text
}

const text = await textOfMetrics()
const typeOf = new Map(Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name = '', type]) => [name, type]))

/** Returns the metrics that an expression reads. */
function namesIn(expression: string): readonly string[] {
  return Array.from(expression.matchAll(/\b(?:harmont|process|nodejs)_\w+/g), ([name]) => name)
}

/** Returns the expressions of the dashboard in the form that Prometheus receives. */
function panels(): readonly string[] {
  const { panels: all } = JSON.parse(read('dashboard.json')) as {
    readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[]
  }
  return all.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m')))
}

test('names and units of metrics follow the conventions of Prometheus', () => {
  const own = text.split('\n').filter((line) => /^(# \w+ )?harmont_/.test(line))
  expect(promtool(['check', 'metrics'], `${own.join('\n')}\n`)).toBeNull()
  expect(own.length).toBeGreaterThan(100)
})

test('dashboard and alerts read only metrics that exist, and every metric of work is shown', () => {
  const read_ = [...panels().flatMap(namesIn), ...namesIn(read('alerts.yaml'))]
  const known = (name: string) => {
    const plain = name.replace(/_(bucket|count|sum)$/, '')
    return typeOf.has(name) || typeOf.get(plain) === 'histogram'
  }
  expect(read_.filter((name) => !known(name))).toEqual([])
  const shown = new Set(read_.map((name) => name.replace(/_(bucket|count|sum)$/, '')))
  expect([...Object.keys(counters), ...Object.keys(durations)].filter((name) => !shown.has(name))).toEqual([])
})

test('alerts and the expressions of the dashboard are valid, and alerts fire when they should', () => {
  expect(promtool(['check', 'rules', 'alerts.yaml'])).toBeNull()
  expect(promtool(['test', 'rules', 'alerts.test.yaml'])).toBeNull()
  const directory = mkdtempSync('/tmp/harmont-rules-')
  try {
    const rules = panels().map((expr, index) => ({ record: `panel:${index}`, expr }))
    // JSON is YAML.
    writeFileSync(join(directory, 'panels.yaml'), JSON.stringify({ groups: [{ name: 'panels', rules }] }))
    expect(promtool(['check', 'rules', join(directory, 'panels.yaml')])).toBeNull()
  } finally {
    rmSync(directory, { recursive: true })
  }
})
