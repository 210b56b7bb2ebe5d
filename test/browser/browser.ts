/** Windows of Chromium, and authenticators that it believes to be plugged in. */
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
  /** Has the file start a browser of its own: the clipboard is one for all who use a browser, and ceremonies of passkeys hung now and then beside those of others. */
  readonly ownBrowser?: boolean
}

/** Connects to the Chromium of the run; to close it ends the connection with its contexts. Outside Vitest there is none, and one is started. */
export async function startBrowser({
  ownBrowser = process.env.VITEST === undefined,
}: BrowserWish = {}): Promise<Browser> {
  if (ownBrowser) return chromium.launch(chromiumOptions)
  const { inject } = await import('vitest')
  return chromium.connect(inject('browser'))
}

export interface Device {
  /** A passkey that is in it. */
  readonly passkeys: () => Promise<readonly { readonly credentialId: string; readonly signCount: number }[]>
  /** Whether its owner agrees when it asks. */
  agrees(isWilling: boolean): Promise<void>
  /** It is lost, with the passkeys in it. */
  lose(): Promise<void>
}

/** A window of one person: its own cookies, and the devices that are at hand. */
export interface Window {
  readonly page: Page
  /** What the browser refused or the page threw, which should be nothing. */
  readonly problems: readonly string[]
  addDevice(transport: 'internal' | 'usb'): Promise<Device>
  /** From the next page on this person picks the passkey that a field offers, as soon as it does; else they leave it. */
  picksOffered(): Promise<void>
}

/** Runs in the page, as text. Chromium picks what a field offers by itself when the device is not a real one, at a moment that nobody knows. */
const leaveOffered = `{
  const { credentials } = navigator
  const get = credentials.get.bind(credentials)
  const untilAborted = ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  credentials.get = (options) =>
    options.mediation === 'conditional' && !globalThis.picksOffered ? untilAborted(options) : get(options)
}`

/** Cookies of their own, no motion, which is drawn sixty times a second, and patience with a machine that does much else: nothing is waited for longer than it takes. */
export async function openContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 720 },
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(60_000)
  watchPages(context)
  return context
}

/** Opens an empty window. */
export async function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await openContext(browser, options)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    // Answers that are no success are told there too, and are no problem by themselves.
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
