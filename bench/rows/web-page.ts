/**
 * Measures the build page from outside: a cold link to a red build on slow machines and networks,
 * and clicks on a build while the server is busy (`web.md` 14).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CDPSession, Page } from 'playwright-core'
import { type App, startApp } from '../../test/browser/app.ts'
import { buildEnd, flatIr } from '../../test/product.ts'
import { fillDatabase } from '../filled-database.ts'
import { p50p99, quantile, type Row } from '../measure.ts'
import { appDrawn, clickBuild, pageFacts, redAnswer, watchShifts } from './web-page-scripts.ts'

const runs = 9
const jobs = 200
/** 100 MB in lines of 100 bytes, with an error in the last tenth. */
const hundredMegabytes = `python3 -c '
import sys
line = "x" * 91
out = sys.stdout
for n in range(900000): out.write(f"{n:08d} {line[:90]}\\n")
out.write("Error: expected 3, got 4\\n")
for n in range(100000): out.write(f"{n:08d} {line[:90]}\\n")
sys.exit(1)'`

const profiles = {
  L: { latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
  S: { latency: 150, downloadThroughput: (1.6e6 / 8) | 0, uploadThroughput: (1.6e6 / 8) | 0 },
} as const

interface Facts {
  readonly paintMs: number
  readonly shift: number
  readonly elements: number
}

interface Seen extends Facts {
  readonly answerMs: number
  readonly appMs: number
  readonly apiRequests: number
  readonly heapMb: number
}

async function redBuild({ product, origin }: App): Promise<string> {
  const forks = Array.from({ length: jobs - 2 }, (_, n) => ({ key: `ok-${n}`, cmd: 'true', builds_in: 'base' }))
  const steps = [{ key: 'base', cmd: 'true' }, ...forks, { key: 'red', cmd: hundredMegabytes, builds_in: 'base' }]
  const { api } = product
  const pipeline = await api.ensurePipeline({ name: 'red', repository: 'local/red', default_branch: 'main' })
  const { number } = await api.createBuild(pipeline, { branch: 'main', commit: 'c', pipeline_ir: flatIr(steps) })
  await buildEnd(api, pipeline, number)
  return `${origin}/default/pipelines/${pipeline}/builds/${number}`
}

async function cold(app: App, url: string, profile: keyof typeof profiles): Promise<Seen> {
  const context = await app.browser.newContext({ viewport: { width: 1280, height: 720 } })
  await app.signIn(context)
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('Network.enable')
  await cdp.send('Network.emulateNetworkConditions', { offline: false, ...profiles[profile] })
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  const asked: string[] = []
  page.on('request', (request) => request.url().includes('/api/') && asked.push(request.url()))
  await page.addInitScript(watchShifts)
  await page.goto(url, { waitUntil: 'commit' })
  const answerMs = await numberIn(page, redAnswer)
  const apiRequests = asked.filter((one) => !one.includes('/events')).length
  const appMs = await numberIn(page, appDrawn)
  const seen = { answerMs, appMs, apiRequests, ...((await page.evaluate(pageFacts)) as Facts), heapMb: await heap(cdp) }
  await context.close()
  return seen
}

/**
 * Returns a number of the page, once it is set. Polls from outside, because the page's policy
 * forbids injected code that waits.
 */
async function numberIn(page: Page, expression: string): Promise<number> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const value = await page.evaluate(expression)
    if (typeof value === 'number') return value
    await sleep(60)
  }
  throw new Error(`after a minute the page has no ${expression}`)
}

async function heap(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  return usedSize / 1e6
}

const median = (values: readonly number[]) => quantile(values, 0.5)

function tell(profile: string, all: readonly Seen[]): string {
  const of = (member: keyof Seen) => median(all.map((one) => one[member]))
  return (
    `${profile}: first paint ${(of('paintMs') / 1000).toFixed(2)} s, red answer ${(of('answerMs') / 1000).toFixed(2)} s, app ${(of('appMs') / 1000).toFixed(2)} s, ` +
    `${of('apiRequests')} API requests before the answer, layout shift ${of('shift').toFixed(3)}, ${of('elements')} elements, heap ${of('heapMb').toFixed(0)} MB`
  )
}

async function clickToBuild(page: Page, index: number): Promise<number> {
  await page.evaluate(clickBuild(index))
  return numberIn(page, 'globalThis.benchMs')
}

export const webPageRows: readonly Row[] = [
  {
    what: `web: a cold link to a red build of ${jobs} jobs with a log of 100 MB, processor ÷4 (S: 1.6 Mbit/s, 150 ms)`,
    must: 'first paint L 0.3 s, S 1.0 s; red answer L 0.8 s, S 3.0 s; no request before it; shift <= 0.02; heap <= 120 MB; elements <= 4,000',
    async run() {
      const app = await startApp({ HARMONT_RATE_LIMITS: 'off' })
      try {
        const url = await redBuild(app)
        const told: string[] = []
        for (const profile of ['L', 'S'] as const) {
          const all: Seen[] = []
          for (let run = 0; run < runs; run += 1) all.push(await cold(app, url, profile))
          told.push(tell(profile, all))
        }
        return told.join('; ')
      } finally {
        await app.stop()
      }
    },
  },
  {
    what: 'web: click on a build in a list to its painted page, 100,000 builds, processor not throttled',
    must: 'p98 <= 100 ms until something moves; figure for the painted page',
    async run() {
      const app = await startApp({ HARMONT_RUNNER: 'off', HARMONT_RATE_LIMITS: 'off' })
      const client = await app.product.pool.connect()
      try {
        await fillDatabase(client)
        const page = await app.openAsOwner()
        const samples: number[] = []
        for (let n = 0; n < 40; n += 1) {
          await page.goto(`${app.origin}/org-${1 + n}/pipelines/pipe-${1 + (n % 5)}`)
          await page.locator('main a[href*="/builds/"]:visible').first().waitFor()
          await page.waitForTimeout(300)
          samples.push(await clickToBuild(page, 1 + (n % 10)))
        }
        return p50p99(samples)
      } finally {
        client.release()
        await app.stop()
      }
    },
  },
]
