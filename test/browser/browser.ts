/** Windows of Chromium with virtual authenticators. */
import process from 'node:process'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type CDPSession,
  chromium,
  type Page,
} from 'playwright-core'
import { chromiumOptions } from './chromium-options.ts'
import { watchPages } from './watched-pages.ts'

export interface BrowserWish {
  /**
   * Starts a browser for this file alone, because contexts of one browser share its clipboard and
   * concurrent passkey ceremonies sometimes hang.
   */
  readonly ownBrowser?: boolean
}

/**
 * Connects to the Chromium of the run; closing ends the connection and its contexts. Outside
 * Vitest, it starts its own Chromium.
 */
export async function startBrowser({
  ownBrowser = process.env.VITEST === undefined,
}: BrowserWish = {}): Promise<Browser> {
  if (ownBrowser) return chromium.launch(chromiumOptions)
  const { inject } = await import('vitest')
  return chromium.connect(inject('browser'))
}

export interface Device {
  /** Returns the stored passkeys. */
  readonly passkeys: () => Promise<readonly { readonly credentialId: string; readonly signCount: number }[]>
  /** Sets whether the device's owner consents to ceremonies. */
  agrees(isWilling: boolean): Promise<void>
  /** Removes the device with its passkeys, as if it were lost. */
  lose(): Promise<void>
}

/** A window of one user, with its own cookies and devices. */
export interface Window {
  readonly page: Page
  /** Errors of the browser or page; there should be none. */
  readonly problems: readonly string[]
  addDevice(transport: 'internal' | 'usb'): Promise<Device>
  /**
   * Picks suggested passkeys at once, from the next page on; by default suggestions are ignored.
   */
  picksOffered(): Promise<void>
}

/**
 * Runs in the page, as text. Blocks suggestions, because Chromium with a virtual device picks one
 * automatically at an unknown moment.
 */
const leaveOffered = `{
  const { credentials } = navigator
  const get = credentials.get.bind(credentials)
  const untilAborted = ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  credentials.get = (options) =>
    options.mediation === 'conditional' && !globalThis.picksOffered ? untilAborted(options) : get(options)
}`

/**
 * Returns a context with its own cookies, reduced motion (animations would redraw 60 times a
 * second) and long timeouts for a busy machine.
 */
export async function openContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 720 },
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(120_000)
  watchPages(context)
  context.on('page', awaitApp)
  return context
}

/**
 * Makes opening and reloading a page wait until the app has replaced the server-rendered page, or
 * shows that it cannot. Keys work only after that.
 */
function awaitApp(page: Page): void {
  const [goto, reload] = [page.goto.bind(page), page.reload.bind(page)]
  const ready = async <Answer>(answer: Answer): Promise<Answer> => {
    const over = page.locator('body:not(:has(#first-page:not(:empty))), #no-script:not([hidden])')
    await over.first().waitFor({ state: 'attached' })
    return answer
  }
  page.goto = async (...asked) => ready(await goto(...asked))
  page.reload = async (...asked) => ready(await reload(...asked))
}

/** Opens an empty window. */
export async function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await openContext(browser, options)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    // The console also reports failed responses, which are not necessarily errors.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(message.text())
  })
  await page.addInitScript(`if (navigator.credentials !== undefined) ${leaveOffered}`)
  const session = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  return {
    page,
    problems,
    addDevice: (transport) => addDevice(session, transport),
    picksOffered: async () => void (await page.addInitScript('globalThis.picksOffered = true')),
  }
}

async function addDevice(session: CDPSession, transport: 'internal' | 'usb'): Promise<Device> {
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport, hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
      automaticPresenceSimulation: true,
    },
  })
  return {
    passkeys: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    async agrees(isUserVerified) {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
    async lose() {
      await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
    },
  }
}
