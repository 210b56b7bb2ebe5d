/**
 * Starts the demo's server on this checkout's data directory, with network access for `npm ci` in
 * a sandbox.
 */
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { probe } from '@harmont/sandbox'
import { privilegeMode } from '@harmont/sandbox/privilege'
import { machineExceptions } from '../machine-exceptions.ts'
import { freePort, repositoryRoot, type ServerProcess, startServerProcess } from '../server-process.ts'

export interface DemoServer extends ServerProcess {
  readonly token: string
  readonly logFile: string
}

/**
 * Starts the demo's server. Throws an error with the missing requirements if sandboxes cannot
 * work, because the build would wait forever.
 */
export async function startDemoServer(): Promise<DemoServer> {
  const dataDirectory = resolve(process.env.HARMONT_DATA_DIR ?? join(repositoryRoot, '.harmont'))
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 })
  const { problems } = await probe(dataDirectory, 'crun')
  if (problems.length > 0) throw new Error(`sandboxes do not work on this machine.\n  ${problems.join('\n  ')}`)
  const isOrdinary = privilegeMode.kind !== 'root'
  if (isOrdinary && process.env.HARMONT_SANDBOX_NETWORK === undefined)
    process.stderr.write(
      "Only root can give steps their own network. You are not root, so the demo's steps use this machine's network (HARMONT_SANDBOX_NETWORK=host) and have your network access.\n",
    )
  const token = `demo-${randomBytes(18).toString('base64url')}`
  const logFile = join(dataDirectory, 'demo-server.log')
  const server = await startServerProcess({
    port: await freePort(Number(process.env.PORT ?? 4000)),
    logFile,
    sparedByTerminal: true,
    env: {
      HARMONT_IMAGE_FALLBACK: 'host',
      ...(isOrdinary && { HARMONT_SANDBOX_NETWORK: process.env.HARMONT_SANDBOX_NETWORK ?? 'host' }),
      ...(await machineExceptions()),
      HARMONT_DATA_DIR: dataDirectory,
      HARMONT_BOOTSTRAP_TOKEN: token,
    },
  })
  return { ...server, token, logFile }
}
