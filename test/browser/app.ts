/** The web app for a test: a real server with the built pages, Debian's Chromium, and people who are signed in. */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { type Product, startProduct } from '../product.ts'
import { openContext, startBrowser } from './browser.ts'

export interface App {
  readonly product: Product
  readonly browser: Browser
  /** Where pages are opened: the public URL where one is set, else on `localhost`, so that passkeys work. */
  readonly origin: string
  /** A window of the bootstrapped owner, signed in. */
  openAsOwner(options?: BrowserContextOptions): Promise<Page>
  /** Signs a window in by a one-time link of the operator: as the oldest owner, or as the user with this address. */
  signIn(context: BrowserContext, email?: string): Promise<void>
  stop(): Promise<void>
}

const main = new URL('../../packages/server/src/main.ts', import.meta.url).pathname
const buildWeb = new URL('../../scripts/build-web.ts', import.meta.url).pathname

/** Builds the pages where they are not up to date, and starts server and browser. */
export async function startApp(env: Readonly<Record<string, string>> = {}): Promise<App> {
  execFileSync(process.execPath, [buildWeb], { stdio: ['ignore', 'ignore', 'inherit'] })
  const product = await startProduct(env)
  const browser = await startBrowser()
  const origin = env.HARMONT_PUBLIC_URL ?? `http://localhost:${new URL(product.server().url).port}`
  const signIn = async (context: BrowserContext, ...whose: readonly string[]) => {
    const link = execFileSync(process.execPath, [main, 'setup-link', ...whose], {
      env: { ...product.commandEnv, HARMONT_PUBLIC_URL: origin },
      encoding: 'utf8',
    })
    const setup_token = /token=([\w-]+)/.exec(link)?.[1]
    const headers = { 'x-harmont-session': 'cookie', origin }
    const done = await context.request.post(`${origin}/api/v0/setup/complete`, { headers, data: { setup_token } })
    if (!done.ok()) throw new Error(`signing in: ${done.status()} ${await done.text()}`)
  }
  return {
    product,
    browser,
    origin,
    signIn,
    async openAsOwner(options = {}) {
      const context = await openContext(browser, options)
      await signIn(context)
      return context.newPage()
    },
    async stop() {
      await browser.close()
      await product.remove()
    },
  }
}
