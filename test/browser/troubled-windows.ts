/**
 * The web app during an outage. Each case has a window of its own, so that all can wait
 * together.
 */

import { hangs, refuses, says, silent, windowHeader } from '@harmont/outside/proxy'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { StrangeServer } from './strange-server.ts'

const api = / \/api\//
const events = /\/events\?/
const bar = (page: Page) => page.getByRole('status').filter({ hasText: 'Last updated' })
const pollingMark = (page: Page) => page.getByRole('button', { name: /^Live updates are unavailable/ })

/** Shown data is still there, and nobody is asked to sign in. */
async function expectKept(page: Page): Promise<void> {
  expect(await page.getByText('Parse dates').count()).toBeGreaterThan(0)
  expect(await page.getByRole('dialog').count()).toBe(0)
}

/**
 * Shows the bar with cause and countdown after a gateway fault, a request to wait, and a lost
 * network.
 */
export async function seeFaults({ open, proxy }: StrangeServer): Promise<void> {
  const page = await open('/default/builds', 'faults')
  await page.getByText('Parse dates').first().waitFor()
  const hasStream = () => expect.poll(() => proxy.openStreams('faults').length).toBe(1)
  for (const [fault, cause] of [
    [says(502, '<html>Bad Gateway</html>'), 'The server reports an error (502).'],
    [says(429, '', { 'retry-after': '40' }), 'asks to wait'],
  ] as const) {
    // Before the fault, because a stream that has not opened yet never would.
    await hasStream()
    const heal = proxy.answer(api, fault, 'faults')
    proxy.cutStreams('faults')
    await bar(page).filter({ hasText: cause }).waitFor()
    await page.getByText(/Next try in \d+ s/).waitFor()
    await expectKept(page)
    heal()
    await page.getByRole('button', { name: 'Try now' }).click()
    await bar(page).waitFor({ state: 'detached' })
  }
  // A stream that opened despite the cut would report that all is well.
  await hasStream()
  proxy.cutStreams('faults')
  await page.context().setOffline(true)
  await bar(page).filter({ hasText: 'This device is offline.' }).waitFor()
  await expectKept(page)
  await page.context().setOffline(false)
  await bar(page).waitFor({ state: 'detached' })
}

/** Connections without data count as no response. */
export async function seeNothing({ open, proxy }: StrangeServer): Promise<void> {
  const page = await open('/default/pipelines/ci', 'nothing')
  await page.getByText('Parse dates').first().waitFor()
  await expect.poll(() => proxy.openStreams('nothing').length).toBe(1)
  proxy.answer(api, hangs, 'nothing')
  proxy.cutStreams('nothing')
  await bar(page).filter({ hasText: 'The server is not responding.' }).waitFor()
  await expectKept(page)
}

/** If the stream cannot open, the list polls until it can. */
export async function seeNoStream({ open, proxy }: StrangeServer): Promise<void> {
  const heal = proxy.answer(events, refuses, 'no-stream')
  const page = await open('/default/pipelines', 'no-stream')
  await pollingMark(page).waitFor()
  const isAsked = ({ path, headers }: (typeof proxy.asked)[number]) =>
    path.includes('/pipeline-summaries') && headers[windowHeader] === 'no-stream'
  const before = proxy.asked.filter(isAsked).length
  await expect.poll(() => proxy.asked.filter(isAsked).length).toBeGreaterThan(before)
  heal()
  // The browser is online again, so nobody waits for the minute to pass.
  await page.context().setOffline(true)
  await page.context().setOffline(false)
  await pollingMark(page).waitFor({ state: 'detached' })
}

/**
 * If the stream is silent, a build is polled every two seconds, even while the next stream is
 * silent too.
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

/** A log that ends during an outage keeps its place when everything is read again. */
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
  // It retries by itself, and reads everything again after a response.
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
