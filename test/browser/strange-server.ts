/**
 * Starts a real server with real builds behind a proxy for strange responses, and windows of its
 * owner.
 */

import { rewrites, StrangeProxy, windowHeader } from '@harmont/outside/proxy'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { buildEnd, flatIr } from '../product.ts'
import { type App, startApp } from './app.ts'
import { openContext } from './browser.ts'

export interface StrangeServer {
  readonly app: App
  readonly proxy: StrangeProxy
  /** The number of a failed build of `ci`. */
  readonly red: number
  /** Starts a build of a pipeline, `ci` or `other`. */
  submit(steps: readonly Readonly<Record<string, unknown>>[], pipeline?: string): Promise<number>
  /**
   * Opens a window of the owner with its own connections, because the tabs of one browser share
   * six. Rules of the proxy can name the window.
   */
  open(path: string, window?: string): Promise<Page>
  /** Returns the pages' errors and policy violations since the last call. */
  complaints(): readonly string[]
  /** Restores the proxy and closes all windows. */
  tidy(): Promise<void>
  stop(): Promise<void>
}

/** Starts server, proxy and browser. */
export async function startStrangeServer(): Promise<StrangeServer> {
  const proxy = await StrangeProxy.start()
  const app = await startApp({ HARMONT_PUBLIC_URL: proxy.origin }, { ownBrowser: true })
  const { api } = app.product
  proxy.connectTo(app.product.server().url)
  leaveOutAnswers(proxy)
  for (const name of ['ci', 'other'])
    await api.ensurePipeline({ name, repository: `https://github.com/acme/${name}`, default_branch: 'main' })
  const first = await app.openAsOwner()
  const signedIn = { viewport: { width: 1280, height: 720 }, storageState: await first.context().storageState() }
  await first.context().close()
  const submit: StrangeServer['submit'] = async (steps, pipeline = 'ci') => {
    const build = { branch: 'main', commit: 'c0ffee'.repeat(6).concat('abcd'), message: 'Parse dates' }
    return (await api.createBuild(pipeline, { ...build, pipeline_ir: flatIr(steps) })).number
  }
  const red = await submit([
    { key: 'build', cmd: 'i=0; while [ $i -lt 400 ]; do echo "module $i"; i=$((i+1)); done' },
    { key: 'test', cmd: 'echo "src/date.ts:12:4: error: expected 3, got 4"; exit 1', builds_in: 'build' },
    { key: 'deploy', cmd: 'true', builds_in: 'test' },
  ])
  await buildEnd(api, 'ci', red)
  return {
    ...{ app, proxy, red, submit },
    ...windows(app, proxy, signedIn),
    async stop() {
      await app.stop()
      await proxy.stop()
    },
  }
}

/**
 * Removes the embedded responses from the page of a build, so that the app requests them and the
 * proxy can respond.
 */
function leaveOutAnswers(proxy: StrangeProxy): void {
  const withoutAnswers = rewrites((page) =>
    page
      .replaceAll(/<script[^>]* data-answer=.*?<\/script>/g, '')
      .replace(/(<div id="first-page" inert hidden>)[\s\S]*?(<\/div>\s*<\/div>\s*<!--)/, '$1$2'),
  )
  proxy.answer(/^GET \/default\/pipelines\/\w+\/builds\/\d+/, withoutAnswers)
}

function windows(
  app: App,
  proxy: StrangeProxy,
  signedIn: BrowserContextOptions,
): Pick<StrangeServer, 'open' | 'complaints' | 'tidy'> {
  const contexts = new Set<BrowserContext>()
  const complaints: string[] = []
  return {
    async open(path, window) {
      const named = window === undefined ? {} : { extraHTTPHeaders: { [windowHeader]: window } }
      const context = await openContext(app.browser, { ...signedIn, ...named })
      contexts.add(context)
      const page = await context.newPage()
      page.on('pageerror', (error) => complaints.push(`${path}: ${error.stack}`))
      page.on('console', (message) => {
        // The browser itself reports failed responses.
        const isExpected = /^Failed to load resource|ERR_/.test(message.text())
        if (message.type() === 'error' && !isExpected) complaints.push(`${path}: ${message.text()}`)
      })
      await page.goto(app.origin + path)
      return page
    },
    complaints: () => complaints.splice(0),
    async tidy() {
      proxy.heal()
      leaveOutAnswers(proxy)
      await Promise.all([...contexts].map((context) => context.close()))
      contexts.clear()
    },
  }
}
