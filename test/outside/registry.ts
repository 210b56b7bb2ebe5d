/** Debian's docker-registry on a free port of loopback. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reservePort } from '@harmont/test-kit/port'
import { until } from '@harmont/test-kit/until'

export interface Registry {
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** Copies an image of skopeo's naming into it and returns the name to pull. */
  push(from: string, name: string): string
  stop(): Promise<void>
}

export async function startRegistry(folder: string): Promise<Registry> {
  const host = `127.0.0.1:${await reservePort()}`
  const storage = join(folder, 'registry')
  mkdirSync(storage, { recursive: true })
  const config = join(folder, 'registry.yml')
  writeFileSync(
    config,
    JSON.stringify({ version: 0.1, storage: { filesystem: { rootdirectory: storage } }, http: { addr: host } }),
  )
  const child: ChildProcess = spawn('docker-registry', ['serve', config], { stdio: 'ignore' })
  await until(() => {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`docker-registry ended with ${child.exitCode ?? child.signalCode} before it answered at ${host}`)
    return answers(host)
  })
  return {
    host,
    push(from, name) {
      const reference = `${host}/${name}`
      execFileSync('skopeo', ['copy', '--dest-tls-verify=false', from, `docker://${reference}`], { stdio: 'pipe' })
      return reference
    },
    async stop() {
      const ended = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Returns whether it listens by now. */
function answers(host: string): Promise<boolean> {
  return fetch(`http://${host}/v2/`).then(
    ({ ok }) => ok,
    () => false,
  )
}
