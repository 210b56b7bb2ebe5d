/**
 * Tests the web app during an outage. Each case has its own window, so that all can wait in
 * parallel.
 */

import { hangs, refuses, says, silent, windowHeader } from '@harmont/outside/proxy'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { StrangeServer } from './strange-server.ts'

const api = / \/api\//
const events = /\/events\?/
const bar = (page: Page) => page.getByRole('status').filter({ hasText: 'Last updated' })
const pollingMark = (page: Page) => page.getByRole('button', { name: /^Live updates are unavailable/ })

/** Checks that displayed data is kept and no sign-in is requested. */
async function expectKept(page: Page): Promise<void> {
  expect(await page.getByText('Parse dates').count()).toBeGreaterThan(0)
  expect(await page.getByRole('dialog').count()).toBe(0)
}

/**
 * Checks the bar with cause and countdown after a gateway fault, a request to wait, and a lost
 * network.
 */
export async function seeFaults({ open, proxy }: StrangeServer): Promise<void> {
  const page = await open('/default/builds', 'faults')
  await page.getByText('Parse dates').first().waitFor()
  const hasStream = () => expect.poll(() => proxy.openStreams('faults').length).toBe(1)
  for (const [fault, cause, recover] of [
    // The page tries again after some seconds.
    [says(502, '<html>Bad Gateway</html>'), 'The server reports an error (502).', async () => {}],
    // The page would wait until the end of this test.
    [
      says(429, '', { 'retry-after': '3600' }),
      'asks to wait',
      () => page.getByRole('button', { name: 'Try now' }).click(),
    ],
  ] as const) {
    // Waits for the stream before the fault, because a stream that is not yet open would never
    // open.
    await hasStream()
    const heal = proxy.answer(api, fault, 'faults')
    proxy.cutStreams('faults')
    await bar(page).filter({ hasText: cause }).waitFor()
    await page.getByText(/Next try in \d+ s/).waitFor()
    await expectKept(page)
    heal()
    await recover()
    await bar(page).waitFor({ state: 'detached' })
  }
  // Waits for the stream, because one that opens after the cut would hide the fault.
  await hasStream()
  proxy.cutStreams('faults')
  await page.context().setOffline(true)
  await bar(page).filter({ hasText: 'This device is offline.' }).waitFor()
  await expectKept(page)
  await page.context().setOffline(false)
  await bar(page).waitFor({ state: 'detached' })
}

/** Checks that connections without data count as no response. */
export async function seeNothing({ open, proxy }: StrangeServer): Promise<void> {
  const page = await open('/default/pipelines/ci', 'nothing')
  await page.getByText('Parse dates').first().waitFor()
  await expect.poll(() => proxy.openStreams('nothing').length).toBe(1)
  proxy.answer(api, hangs, 'nothing')
  proxy.cutStreams('nothing')
  await bar(page).filter({ hasText: 'The server is not responding.' }).waitFor()
  await expectKept(page)
}

/** Checks that the list polls while its stream cannot open. */
export async function seeNoStream({ open, proxy }: StrangeServer): Promise<void> {
  const heal = proxy.answer(events, refuses, 'no-stream')
  const page = await open('/default/pipelines', 'no-stream')
  await pollingMark(page).waitFor()
  const isAsked = ({ path, headers }: (typeof proxy.asked)[number]) =>
    path.includes('/pipeline-summaries') && headers[windowHeader] === 'no-stream'
  const before = proxy.asked.filter(isAsked).length
  await expect.poll(() => proxy.asked.filter(isAsked).length).toBeGreaterThan(before)
  heal()
  // The browser is online again, so the page retries before the minute has passed.
  await page.context().setOffline(true)
  await page.context().setOffline(false)
  await pollingMark(page).waitFor({ state: 'detached' })
}

/**
 * Checks that a build with a silent stream is polled every two seconds, even while the next stream
 * is silent too.
 */
export async function seeSilence({ open, proxy, submit, app }: StrangeServer): Promise<void> {
  const number = await submit([{ key: 'wait', cmd: 'echo begun; sleep 300' }], 'other')
  proxy.answer(events, silent, 'silence')
  const page = await open(`/default/pipelines/other/builds/${number}`, 'silence')
  await page.getByText(/Running: 0 of 1 step/).waitFor()
  await pollingMark(page).waitFor({ timeout: 40_000 })
  const streams = () =>
    proxy.asked.filter(({ path, headers }) => events.test(path) && headers[windowHeader] === 'silence').length
  const before = streams()
  await expect.poll(streams).toBeGreaterThan(before)
  await app.product.api.cancelBuild('other', number)
  await page
    .getByText(/Canceled by/)
    .first()
    .waitFor({ timeout: 12_000 })
  await pollingMark(page).waitFor({ state: 'detached' })
}

/**
 * Checks that a log that ends during an outage keeps its position when everything is read again.
 */
export async function seeEnd({ open, proxy, submit, app }: StrangeServer): Promise<void> {
  const number = await submit([{ key: 'wait', cmd: 'echo begun; sleep 300' }], 'other')
  // Without a stream the page polls the build and its log.
  proxy.answer(events, refuses, 'ending')
  const page = await open(`/default/pipelines/other/builds/${number}`, 'ending')
  await page.getByRole('region', { name: /^Log/ }).getByText('begun', { exact: true }).waitFor()
  await page.evaluate("document.querySelector('#log').isSame = true")
  const heal = proxy.answer(/\/view$/, says(502, ''), 'ending')
  await page.getByRole('button', { name: 'Try now' }).waitFor()
  await app.product.api.cancelBuild('other', number)
  await page.getByRole('button', { name: 'Follow the end' }).waitFor({ state: 'detached' })
  // The page retries automatically and reads everything again after a response.
  const read = page.waitForResponse(/\/log\?at=/)
  heal()
  await (await read).finished()
  await page
    .getByText(/Canceled by/)
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Details' }).first().click()
  expect(await page.evaluate("document.querySelector('#log').isSame")).toBe(true)
}
