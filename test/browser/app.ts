/**
 * Starts the web app for a test: a real server with the built pages, Debian's Chromium, and
 * signed-in people.
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { findUserByEmail } from '../../packages/server/src/identity/accounts/store.ts'
import { makeSetupLink } from '../../packages/server/src/identity/setup/setup-link.ts'
import { type Product, startProduct } from '../product.ts'
import { type BrowserWish, openContext, startBrowser } from './browser.ts'

export interface App {
  readonly product: Product
  readonly browser: Browser
  /**
   * The origin of the pages: the public URL if one is set, else `localhost`, so that passkeys work.
   */
  readonly origin: string
  /** Opens a window of the bootstrapped owner, signed in. */
  openAsOwner(options?: BrowserContextOptions): Promise<Page>
  /**
   * Signs a window in with an operator's one-time link, as the oldest owner or the user with this
   * address.
   */
  signIn(context: BrowserContext, email?: string): Promise<void>
  stop(): Promise<void>
}

/** Starts a server and opens a browser. */
export async function startApp(env: Readonly<Record<string, string>> = {}, wish: BrowserWish = {}): Promise<App> {
  const product = await startProduct(env)
  const browser = await startBrowser(wish)
  const origin = env.HARMONT_PUBLIC_URL ?? `http://localhost:${new URL(product.server().url).port}`
  const signIn = async (context: BrowserContext, email?: string) => {
    const userId = email === undefined ? null : await findUserByEmail(product.pool, email)
    if (userId === undefined) throw new Error(`nobody has the address ${email}`)
    // Creates a link like the command `setup-link`, without starting Node.js. The command itself is
    // tested elsewhere.
    const link = await makeSetupLink(product.pool, origin, userId)
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
