import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { reservePort } from '@harmont/test-kit/port'
import { until } from '@harmont/test-kit/until'
import type { ResolvedImage } from '../sandbox-driver.ts'

/**
 * Makes the OCI layout `DIR/layout` with the tag `t`: two layers with owners, modes, a hard link, a
 * capability and whiteouts, and settings. Returns its path.
 */
export function makeLayout(directory: string, marker: string): string {
  const layout = path.join(directory, 'layout')
  const files = path.join(directory, 'files')
  mkdirSync(path.join(files, 'bin'), { recursive: true })
  mkdirSync(path.join(files, 'data', 'sub'), { recursive: true })
  writeFileSync(path.join(files, 'marker'), marker)
  writeFileSync(path.join(files, 'removed'), 'by the second layer')
  writeFileSync(path.join(files, 'data', 'sub', 'old'), 'hidden by the second layer')
  writeFileSync(path.join(files, 'bin', 'tool'), 'tool')
  linkSync(path.join(files, 'bin', 'tool'), path.join(files, 'bin', 'same-tool'))
  writeFileSync(path.join(files, 'bin', 'able'), 'able')
  chownSync(path.join(files, 'marker'), 1234, 2345)
  chmodSync(path.join(files, 'bin', 'tool'), 0o4755)
  execFileSync('setcap', ['cap_net_raw+ep', path.join(files, 'bin', 'able')])
  const newer = path.join(directory, 'newer')
  mkdirSync(newer)
  writeFileSync(path.join(newer, 'new'), 'new')
  const image = ['--image', `${layout}:t`]
  umoci('init', '--layout', layout)
  umoci('new', ...image)
  umoci('insert', ...image, files, '/')
  umoci('insert', ...image, '--whiteout', '/removed')
  umoci('insert', ...image, '--opaque', newer, '/data')
  umoci(
    'config',
    ...image,
    '--config.env',
    'PATH=/bin:/odd',
    '--config.env',
    'EQUALS=a=b',
    '--config.entrypoint',
    '/bin/tool',
  )
  return layout
}

/** Resolves an image in another process, in the store of `directory`. */
export function resolveElsewhere(directory: string, name: string) {
  const script = `import { createImageStore } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
    const store = createImageStore({ directory: ${JSON.stringify(directory)}, fallbackToHost: false, hostAllow: [] })
    console.log(JSON.stringify(await store.resolve(${JSON.stringify(name)})))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  return {
    child,
    /** Throws if the process printed no image. */
    async image(): Promise<ResolvedImage> {
      return JSON.parse(await text(child.stdout)) as ResolvedImage
    },
  }
}

export function skopeoCopy(from: string, to: string): void {
  execFileSync('skopeo', ['--insecure-policy', 'copy', '--quiet', '--dest-tls-verify=false', from, to])
}

export interface Registry extends AsyncDisposable {
  readonly host: string
  stop(): void
}

/**
 * Returns a private address of this machine that other hosts can reach: not loopback. All test
 * machines have one.
 */
export function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  const own = all.find(({ family, internal }) => family === 'IPv4' && !internal)
  if (own === undefined) throw new Error('this machine has no address but on loopback')
  return own.address
}

/**
 * Starts Debian's docker-registry on a free port of this address, with its files below `directory`.
 * With `tls`, its certificate is not signed by a known authority.
 */
export async function startRegistry(directory: string, address = '127.0.0.1', tls = false): Promise<Registry> {
  const port = await reservePort()
  const host = `${address}:${port}`
  const config = path.join(directory, 'registry.yml')
  await mkdir(path.join(directory, 'registry'))
  const storage = `{filesystem: {rootdirectory: ${path.join(directory, 'registry')}}}`
  const http = `{addr: '${host}'${tls ? `, tls: ${selfSigned(directory)}` : ''}}`
  await writeFile(config, `version: 0.1\nlog: {level: error}\nstorage: ${storage}\nhttp: ${http}\n`)
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  await until(() => {
    if (child.exitCode !== null) throw new Error('docker-registry did not start')
    return answers(host)
  })
  return {
    host,
    stop: () => child.kill('SIGKILL'),
    [Symbol.asyncDispose]: () => {
      child.kill('SIGKILL')
      return ended
    },
  }
}

async function answers(host: string): Promise<boolean> {
  // A TLS server also answers this request, with an error.
  return fetch(`http://${host}/v2/`).then(
    () => true,
    () => false,
  )
}

function selfSigned(directory: string): string {
  const [certificate, key] = ['certificate.pem', 'key.pem'].map((name) => path.join(directory, name))
  const make = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=registry', '-days', '2']
  execFileSync('openssl', [...make, '-out', String(certificate), '-keyout', String(key)], { stdio: 'ignore' })
  return `{certificate: ${certificate}, key: ${key}}`
}

function umoci(...args: readonly string[]): void {
  execFileSync('umoci', args, { stdio: 'ignore' })
}
