import { type Check, checksOf } from './check.ts'

export interface DiskFacts {
  readonly cacheDirectory: string
  readonly isWritable: boolean
  readonly freeBytes: number
  /** The kernel's name of the file system; undefined if it has none. */
  readonly fileSystem: string | undefined
  readonly cacheMaxGb: number
}

export interface NetworkFacts {
  readonly host: string
  /** undefined if the host does not resolve. */
  readonly address: string | undefined
  /** The HTTP status; undefined without a response. */
  readonly status: number | undefined
  readonly proxy: string | undefined
}

const gib = 1024 ** 3
const unfit = ['tmpfs', 'ramfs', 'nfs', 'fuse', 'overlay', '9p', 'cifs', 'virtiofs', 'vboxsf']

export function judgeDisk({ cacheDirectory, isWritable, freeBytes, fileSystem, cacheMaxGb }: DiskFacts): Check[] {
  const { ok, warning, failure } = checksOf('disk')
  const free = `${(freeBytes / gib).toFixed(1)} GiB free at ${cacheDirectory}`
  const both = `${free}; the cache may take ${cacheMaxGb}`
  const isOdd = unfit.some((name) => fileSystem?.startsWith(name))
  return [
    ...(isWritable
      ? []
      : [failure('cache', `${cacheDirectory} is not writable`, 'set HM_CACHE_DIR to a writable directory')]),
    freeBytes < gib
      ? failure('space', free, 'free disk space, run hm cache clean, or set HM_CACHE_DIR')
      : freeBytes < cacheMaxGb * gib
        ? warning('space', both, `hm config set cache.max_gb ${fitting(freeBytes)}`)
        : ok('space', both),
    ...(fileSystem === undefined
      ? []
      : isOdd
        ? [
            warning(
              'file system',
              `${fileSystem}: layers need a local disk`,
              'set HM_CACHE_DIR to a place on ext4, xfs or btrfs',
            ),
          ]
        : [ok('file system', fileSystem)]),
  ]
}

function fitting(freeBytes: number): number {
  return Math.max(1, Math.floor(freeBytes / gib / 2))
}

/** Reports warnings only: images can be imported, and images on this machine need no network. */
export function judgeNetwork({ host, address, status, proxy }: NetworkFacts): Check[] {
  const { ok, warning } = checksOf('network')
  const otherwise = 'hm image import works without it'
  const name =
    address !== undefined
      ? [ok('DNS', `${host} is ${address}`)]
      : proxy === undefined
        ? [warning('DNS', `${host} does not resolve`, `check /etc/resolv.conf; ${otherwise}`)]
        : []
  const reach =
    status !== undefined
      ? [ok('registry', `${host} answers (${status})`)]
      : address === undefined && proxy === undefined
        ? []
        : [
            warning(
              'registry',
              `${host} does not answer`,
              `${proxy === undefined ? 'set HTTPS_PROXY where one is needed' : 'check the proxy'}; ${otherwise}`,
            ),
          ]
  return [...name, ...reach, ...(proxy === undefined ? [] : [ok('proxy', proxy)])]
}
