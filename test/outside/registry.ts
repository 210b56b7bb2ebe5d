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

/** The only user of a registry that is not open to everybody. */
export const registryUser = { username: 'puller', secret: 'a-pass-word' } as const
/** The line that `htpasswd -B` writes for the user. */
const passwords = 'puller:$2b$05$abcdefghijklmnopqrstuuemZmDE2gM3PB28lPSwXBSZ86BN.HOk6\n'

/** With `isPrivate` only `registryUser` may pull and push. */
export async function startRegistry(folder: string, isPrivate = false): Promise<Registry> {
  const host = `127.0.0.1:${await reservePort()}`
  const storage = join(folder, 'registry')
  mkdirSync(storage, { recursive: true })
  const config = join(folder, 'registry.yml')
  const file = join(folder, 'passwords')
  writeFileSync(file, passwords)
  const auth = isPrivate ? { auth: { htpasswd: { realm: 'tests', path: file } } } : {}
  const filesystem = { rootdirectory: storage }
  writeFileSync(config, JSON.stringify({ version: 0.1, storage: { filesystem }, http: { addr: host }, ...auth }))
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
      const { username, secret } = registryUser
      const login = isPrivate ? ['--dest-creds', `${username}:${secret}`] : []
      execFileSync('skopeo', ['copy', '--dest-tls-verify=false', ...login, from, `docker://${reference}`], {
        stdio: 'pipe',
      })
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
    ({ ok, status }) => ok || status === 401,
    () => false,
  )
}
