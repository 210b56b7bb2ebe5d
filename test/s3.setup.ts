/**
 * Offers the one S3 of a run: Ceph starts when the first test asks for it, and ends with the run.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { type Ceph, startCeph } from '@harmont/outside/ceph'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Name of the socket that answers with address and keys of the run's S3, as JSON. */
    s3: string
  }
}

interface Offer {
  readonly socket: string
  stop(): Promise<void>
}

let offer: Promise<Offer> | undefined
let users = 0

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  users += 1
  offer ??= listen()
  const { socket, stop } = await offer
  project.provide('s3', socket)
  return async () => {
    users -= 1
    if (users === 0) await stop()
  }
}

async function listen(): Promise<Offer> {
  let started: Promise<{ readonly folder: string; readonly ceph: Ceph }> | undefined
  const server = createServer((socket) => {
    started ??= start()
    started.then(
      ({ ceph: { stop: _, ...access } }) => socket.end(JSON.stringify(access)),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    )
    socket.on('error', () => undefined)
  })
  const socket = `\0harmont-test-s3-${process.pid}`
  await new Promise<void>((done) => server.listen({ path: socket }, done))
  return {
    socket,
    async stop() {
      server.close()
      if (started === undefined) return
      const { folder, ceph } = await started
      await ceph.stop()
      await rm(folder, { recursive: true })
    },
  }
}

async function start() {
  const folder = await mkdtemp(join('/var/tmp', 'harmont-test-s3-'))
  return { folder, ceph: await startCeph(folder) }
}
