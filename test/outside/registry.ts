/** Debian's docker-registry on a free port of loopback. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { reservePort } from '@harmont/test-kit/port'

export interface Registry {
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** Copies an image of skopeo's naming into it; gives the name to pull it by. */
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
  for (let tries = 0; ; tries += 1) {
    if ((await fetch(`http://${host}/v2/`).catch(() => undefined))?.ok) break // not listening yet
    if (tries > 200 || child.exitCode !== null) throw new Error(`docker-registry does not answer at ${host}`)
    await sleep(50)
  }
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
