/** The whole product for a test: a real server process on an empty data directory, and a client of its public contract. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { removeTree } from '@harmont/outside/remove-tree'
import { type Api, connect } from '../scripts/client/api.ts'

export { buildEnd, type Ended } from '../scripts/client/build-end.ts'

import { machineExceptions } from '../scripts/client/machine-exceptions.ts'
import { freePort, type ServerProcess, startServerProcess } from '../scripts/client/server-process.ts'
import { showHostBase } from './host-base.ts'

export interface Product {
  readonly api: Api
  readonly token: string
  readonly dataDirectory: string
  /** The running server; another one after `restart`. */
  server(): ServerProcess
  /** Starts a server on the same directory and port, after the last one has ended. */
  restart(): Promise<void>
  /** Stops the server and removes all that it kept. */
  remove(): Promise<void>
}

export async function startProduct(env: Readonly<Record<string, string>> = {}): Promise<Product> {
  const dataDirectory = mkdtempSync('/var/tmp/harmont-test-')
  await showHostBase(env.HARMONT_DATA_DIR ?? dataDirectory)
  const token = `test-${randomBytes(18).toString('base64url')}`
  const port = await freePort()
  const start = async () =>
    startServerProcess({
      port,
      logFile: join(dataDirectory, 'server.log'),
      env: {
        HARMONT_IMAGE_FALLBACK: 'host',
        ...(await machineExceptions()),
        HARMONT_DATA_DIR: dataDirectory,
        HARMONT_BOOTSTRAP_TOKEN: token,
        ...env,
      },
    })
  let current = await start()
  return {
    api: connect(current.url, token, 'default'),
    token,
    dataDirectory,
    server: () => current,
    async restart() {
      await current.exited
      current = await start()
    },
    async remove() {
      await current.stop()
      removeTree(dataDirectory)
    },
  }
}

/** A folder's content as base64 of a gzip tar, as `source_b64` takes it. */
export function packFolder(folder: string): string {
  return execFileSync('tar', ['-C', folder, '-cz', '.'], { maxBuffer: 64 * 1024 * 1024 }).toString('base64')
}

/** A flat-form IR with these steps. */
export function flatIr(steps: readonly Record<string, unknown>[], more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    version: '0',
    default_image: 'host',
    ...more,
    steps: steps.map((step) => ({ type: 'command', ...step })),
  })
}
