/** Debian's Chromium, and authenticators that it believes to be plugged in. */
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'

/** Starts it; as root it has no sandbox of its own, and it opens nothing but our server. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
}

export interface Device {
  /** A passkey that is in it. */
  readonly passkeys: () => Promise<readonly { readonly credentialId: string; readonly signCount: number }[]>
  /** It is lost, with the passkeys in it. */
  lose(): Promise<void>
}

/** A window of one person: its own cookies, and the devices that are at hand. */
export interface Window {
  readonly page: Page
  addDevice(transport: 'internal' | 'usb'): Promise<Device>
}

/** Opens a window on a page of the server. It ignores the CSP of that page, which allows an API answer no requests; there is no web app yet. */
export async function openWindow(browser: Browser, origin: string): Promise<Window> {
  const context = await browser.newContext({ bypassCSP: true })
  const page = await context.newPage()
  await page.goto(`${origin}/api/v0/ping`)
  const session = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  return { page, addDevice: (transport) => addDevice(session, transport) }
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
    async lose() {
      await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
    },
  }
}
