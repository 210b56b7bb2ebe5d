import { lookup } from 'node:dns/promises'
import { readFileSync, statSync } from 'node:fs'
import { access, constants, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Context } from '../context.ts'
import { proxiedFetch } from '../server/session.ts'
import type { DiskFacts, NetworkFacts } from './judge-machine.ts'
import { within } from './time-limit.ts'

const limitMs = 3000
/** The default registry for image names without a host. */
const registry = 'registry-1.docker.io'

export async function gatherDisk(cacheDirectory: string, cacheMaxGb: number): Promise<DiskFacts> {
  let place = cacheDirectory
  while (statSync(place, { throwIfNoEntry: false }) === undefined && place !== dirname(place)) place = dirname(place)
  // A hanging network file system never responds.
  const { bavail, bsize } = await within(limitMs, statfs(place))
  const isWritable = await within(limitMs, access(place, constants.W_OK | constants.X_OK)).then(() => true, isDenied)
  return { cacheDirectory, isWritable, freeBytes: bavail * bsize, fileSystem: fileSystemOf(place), cacheMaxGb }
}

function isDenied(error: unknown): false {
  if (error instanceof Error && 'code' in error && ['EACCES', 'EROFS'].includes(String(error.code))) return false
  throw error
}

function fileSystemOf(place: string): string | undefined {
  if (process.platform !== 'linux') return undefined
  let best = { point: '', type: undefined as string | undefined }
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const [, escaped = '', type] = line.split(' ')
    const point = escaped.replaceAll(/\\([0-7]{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    )
    const isAbove = point === '/' || place === point || place.startsWith(`${point}/`)
    // With two mounts on one path, the later one is visible.
    if (point !== '' && isAbove && point.length >= best.point.length) best = { point, type }
  }
  return best.type
}

export async function gatherNetwork({ env, signal }: Pick<Context, 'env' | 'signal'>): Promise<NetworkFacts> {
  const proxy = ['https_proxy', 'HTTPS_PROXY']
    .map((name) => env[name])
    .find((value) => value !== undefined && value !== '')
  const [address, status] = await Promise.all([addressOf(registry), statusOf(`https://${registry}/v2/`, env, signal)])
  return { host: registry, address, status, proxy: proxy === undefined ? undefined : withoutPassword(proxy) }
}

/** Resolves a host; undefined if it has no address or the answer is late. */
async function addressOf(host: string): Promise<string | undefined> {
  try {
    return (await within(limitMs, lookup(host))).address
  } catch {
    return undefined
  }
}

async function statusOf(url: string, env: Context['env'], signal: AbortSignal): Promise<number | undefined> {
  try {
    const ask = (await proxiedFetch(env)) ?? fetch
    const response = await ask(url, { method: 'HEAD', signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]) })
    return response.status
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}

function withoutPassword(proxy: string): string {
  const url = URL.parse(proxy)
  return url === null ? 'HTTPS_PROXY is no URL' : url.origin
}
