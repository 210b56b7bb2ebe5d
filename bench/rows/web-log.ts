/** Measures the log viewer with a long log and with a growing log (`web.md` L1 to L15, 14). */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CDPSession, Page } from 'playwright-core'
import { type App, startApp } from '../../test/browser/app.ts'
import { buildEnd, flatIr } from '../../test/product.ts'
import { p50p99, quantile, type Row } from '../measure.ts'
import {
  agesSeen,
  clickStep,
  counts,
  emptyPage,
  framesSeen,
  nextHit,
  scrollThrough,
  searchFor,
  untilLine,
  watchAges,
  watchFrames,
} from '../web/log-scripts.ts'

const lines = 1_000_000
/**
 * 100 bytes per line. One line in a thousand matches the search, and the eleventh from the end is
 * the error line.
 */
const longLog = `awk 'BEGIN { for (i = 1; i <= ${lines}; i++) printf "%s%07d %-90s\\n", i % 1000 ? "" : "needle ", i, i == ${lines} - 10 ? "error: it broke" : "compiling module " i " of the package" }'; exit 1`
const followedSeconds = 30
const linesASecond = 2000
const growing = `python3 -u -c '
import sys, time
start = time.time()
for n in range(${followedSeconds * linesASecond}):
    late = start + n / ${linesASecond} - time.time()
    if late > 0: time.sleep(late)
    sys.stdout.write(f"{time.time_ns()} line {n} of a log that grows\\n")
    sys.stdout.flush()'`

const frameMs = 1000 / 60

async function heapMb(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage')
  return (await cdp.send('Runtime.getHeapUsage')).usedSize / 1e6
}

/** Scrolls with the wheel for some seconds and returns the frame times as text. */
async function wheelFrames(page: Page): Promise<string> {
  await page.mouse.move(900, 500)
  await page.evaluate(watchFrames)
  for (let turn = 0; turn < 250; turn += 1) {
    await page.mouse.wheel(0, 120)
    await sleep(16)
  }
  const frames = await page.evaluate<number[]>(framesSeen)
  const inTime = frames.filter((ms) => ms <= frameMs * 1.5).length
  return `${((inTime / frames.length) * 100).toFixed(1)} % in time, longest ${Math.max(...frames).toFixed(0)} ms (n=${frames.length})`
}

async function start(app: App, pipeline: string, steps: readonly Record<string, unknown>[]): Promise<number> {
  const { api } = app.product
  await api.ensurePipeline({ name: pipeline, repository: 'local/bench', default_branch: 'main' })
  return (await api.createBuild(pipeline, { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(steps) }))
    .number
}

async function measureLongLog(app: App): Promise<string> {
  const number = await start(app, 'long', [
    { key: 'small', cmd: 'seq 20' },
    { key: 'big', cmd: longLog },
  ])
  await buildEnd(app.product.api, 'long', number, 600_000)
  await sleep(5000)
  const page = await app.openAsOwner()
  const cdp = await page.context().newCDPSession(page)
  const url = `${app.origin}/default/pipelines/long/builds/${number}?job=small`
  const opened: number[] = []
  for (let run = 0; run < 9; run += 1) {
    await page.goto('about:blank')
    await page.goto(url)
    await page.locator('#log [data-text="1"]').waitFor()
    opened.push(await page.evaluate<number>(clickStep('big')))
  }
  await page.locator(`#log [data-text="${lines - 10}"]`).waitFor()
  await page.locator('#log').focus()
  await page.keyboard.press('Home')
  await page.locator('#log [data-text="1"]').waitFor()
  const last = page.evaluate<number>(untilLine(lines))
  await page.keyboard.press('End')
  const lastMs = await last
  const found = await page.evaluate<{ first: number; all: number; said: string }>(searchFor('needle'))
  const next: number[] = []
  for (let step = 0; step < 20; step += 1) next.push(await page.evaluate<number>(nextHit))
  await page.evaluate(scrollThrough)
  await page.evaluate("document.querySelector('#log').scrollTop = 3000000")
  await sleep(1000)
  const frames = await wheelFrames(page)
  const { rows, elements } = await page.evaluate<{ rows: number; elements: number }>(counts)
  const heap = await heapMb(cdp)
  await page.goto(`${app.origin}/favicon.svg`)
  const blank = await page.context().newPage()
  await blank.goto('about:blank')
  await blank.evaluate(emptyPage)
  const empty = await wheelFrames(blank)
  await page.context().close()
  return [
    `first rows p50 ${quantile(opened, 0.5).toFixed(0)} ms, worst ${Math.max(...opened).toFixed(0)} ms (n=${opened.length})`,
    `last line ${lastMs.toFixed(0)} ms`,
    `search: first ${found.first.toFixed(0)} ms, ${found.said} ${found.all.toFixed(0)} ms, next ${p50p99(next)}`,
    `${rows} rows, ${elements} elements, heap ${heap.toFixed(0)} MB after all was scrolled through`,
    `frames while scrolling ${frames}, of an empty page ${empty}`,
  ].join('; ')
}

async function measureFollowing(app: App): Promise<string> {
  const number = await start(app, 'growing', [{ key: 'live', cmd: growing }])
  const page = await app.openAsOwner()
  const cdp = await page.context().newCDPSession(page)
  await page.goto(`${app.origin}/default/pipelines/growing/builds/${number}?job=live`)
  await page.locator('#log [data-text]').first().waitFor()
  await sleep(1000)
  await page.evaluate(watchAges)
  await buildEnd(app.product.api, 'growing', number, 120_000)
  await sleep(1500)
  const { ages, long, label } = await page.evaluate<{ ages: number[]; long: number[]; label: string }>(agesSeen)
  const heap = await heapMb(cdp)
  await page.context().close()
  const paints = ages.length / (followedSeconds - 1)
  return `${label}; written to painted ${p50p99(ages)}; ${paints.toFixed(1)} paints/s; tasks over 50 ms: ${long.length}${long.length > 0 ? `, longest ${Math.max(...long).toFixed(0)} ms` : ''}; heap ${heap.toFixed(0)} MB`
}

async function withApp(measure: (app: App) => Promise<string>): Promise<string> {
  const app = await startApp({ HARMONT_RATE_LIMITS: 'off' })
  try {
    return await measure(app)
  } finally {
    await app.stop()
  }
}

export const webLogRows: readonly Row[] = [
  {
    what: 'web log: 1,000,000 lines and 100 MB, processor not throttled',
    must: 'first rows <= 500 ms; search: first <= 1 s, all <= 3 s, next <= 100 ms; rows <= 500, elements <= 4,000, heap <= 120 MB; frames in time >= 95 %, none over 50 ms',
    run: () => withApp(measureLongLog),
  },
  {
    what: `web log: following ${linesASecond.toLocaleString('en')} lines/s`,
    must: 'written to painted p50 <= 150 ms, p99 <= 500 ms; <= 10 paints/s; no task over 50 ms; heap <= 120 MB',
    run: () => withApp(measureFollowing),
  },
]
