/** The users of the tests and helpers for their pages. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { type AuthServer, startAuthServer, type Wish } from './auth-server.ts'
import { type Device, openWindow, type Window } from './browser.ts'

export type Person = Window & { readonly device: Device }

export interface People {
  /** The server's origin. */
  readonly server: AuthServer
  /** The first administrator and a user who registers; set once their journeys are done. */
  ada: Person
  bob: Person
  /** A browser of one person, with a device that stores passkeys. */
  person(): Promise<Person>
  at(path: string): string
  /** Errors of any page. */
  problems(): readonly string[]
}

/** One server and one browser for the tests of a file. */
export function startPeople(wish?: Partial<Wish>): People {
  const windows: Window[] = []
  const there: { server?: AuthServer; ada?: Person; bob?: Person } = {}
  beforeAll(async () => {
    there.server = await startAuthServer(wish)
  })
  afterAll(async () => {
    await there.server?.stop()
  })
  return {
    get server() {
      return present(there.server)
    },
    get ada() {
      return present(there.ada)
    },
    set ada(person) {
      there.ada = person
    },
    get bob() {
      return present(there.bob)
    },
    set bob(person) {
      there.bob = person
    },
    at: (path) => present(there.server).origin + path,
    async person() {
      const window = await openWindow(present(there.server).browser)
      windows.push(window)
      return { ...window, device: await window.addDevice('internal') }
    },
    problems: () => windows.flatMap(({ problems }) => problems),
  }
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('not there yet: an earlier journey has not got so far')
  return value
}

/** Adds a test with a time limit for a busy machine. */
export function journey(name: string, run: () => Promise<void>): void {
  test(name, run, 300_000)
}

export function heading(page: Page, name: string | RegExp): Promise<void> {
  return page.getByRole('heading', { level: 1, name }).waitFor()
}

/** Reads everything that scripts could later read; it must contain no secret. */
export async function storage(page: Page): Promise<string> {
  return (await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])')) as string
}
