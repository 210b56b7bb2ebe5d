/** A server that is not yet set up, with its own mail server and GitHub. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { type Github, startGithub } from '@harmont/outside/github'
import { type MailServer, startMailServer } from '@harmont/outside/mail-server'
import { addWitness } from '@harmont/test-kit/file'
import { reservePort } from '@harmont/test-kit/port'
import type { Browser } from 'playwright-core'
import { migratedDatabase } from '../../packages/server/src/testing/database.ts'
import { machineExceptions } from '../../scripts/machine-exceptions.ts'
import { type ServerProcess, serverProgram, startServerProcess } from '../../scripts/server-process.ts'
import { showHostBase } from '../host-base.ts'
import { startBrowser } from './browser.ts'

export interface AuthServer {
  readonly origin: string
  readonly browser: Browser
  readonly mails: MailServer
  readonly github: Github
  /** Returns the one-time link that the server printed at its start. */
  setupLink(): string
  /** Prints another link, for this user or the oldest owner. */
  newSetupLink(...email: readonly string[]): string
  stop(): Promise<void>
}

export interface Wish {
  /** Host name of the server. Passkeys need a name, not an IP address. */
  readonly host: string
  readonly hasMail: boolean
  /** Runs builds in real sandboxes. */
  readonly hasRunner: boolean
}

/** Starts the server with its mail server and GitHub. */
export async function startAuthServer({
  host = 'localhost',
  hasMail = true,
  hasRunner = false,
}: Partial<Wish> = {}): Promise<AuthServer> {
  await using started = new AsyncDisposableStack()
  const port = await reservePort()
  const origin = `http://${host}:${port}`
  const [mails, github] = await Promise.all([startMailServer(), startGithub({ publicUrl: origin })])
  started.defer(() => mails.stop())
  started.defer(() => github.stop())
  const directory = mkdtempSync('/var/tmp/harmont-auth-')
  started.defer(() => rmSync(directory, { recursive: true, force: true }))
  if (hasRunner) await showHostBase(directory)
  const env = {
    ...{
      HARMONT_DATA_DIR: directory,
      HARMONT_DATABASE_URL: (await migratedDatabase()).url,
      HARMONT_PUBLIC_URL: origin,
    },
    ...(hasRunner ? { HARMONT_IMAGE_FALLBACK: 'host-any', ...(await machineExceptions()) } : { HARMONT_RUNNER: 'off' }),
    ...(hasMail ? { HARMONT_SMTP_URL: mails.url } : {}),
    ...github.environment,
  }
  const logFile = join(directory, 'server.log')
  const server: ServerProcess = await startServerProcess({ port, logFile, env })
  started.defer(() => server.stop())
  addWitness(() =>
    existsSync(logFile) ? `The end of the server's log:\n${readFileSync(logFile, 'utf8').slice(-4000)}` : '',
  )
  const browser = await startBrowser({ ownBrowser: true })
  started.defer(() => browser.close())
  const everything = started.move()
  return {
    ...{ origin, browser, mails, github },
    setupLink: () => linkIn(readFileSync(logFile, 'utf8')),
    newSetupLink: (...email) =>
      linkIn(
        execFileSync(process.execPath, [serverProgram, 'setup-link', ...email], {
          env: { ...process.env, ...env, PORT: String(port) },
          encoding: 'utf8',
        }),
      ),
    stop: () => everything.disposeAsync(),
  }
}

function linkIn(text: string): string {
  const [link] = /http:\/\/\S+\/setup\?token=[\w-]+/.exec(text) ?? []
  if (link === undefined) throw new Error(`no one-time link in:\n${text}`)
  return link
}
