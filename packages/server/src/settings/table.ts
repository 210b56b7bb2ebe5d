/** Every setting of the server: its variable, default and meaning (`architecture.md`, "Settings"). */
import { availableParallelism } from 'node:os'
import { accessSettings } from './access-settings.ts'
import { outsideSettings } from './outside-settings.ts'
import {
  absolutePath,
  addressRange,
  anyText,
  databaseUrl,
  emailAddress,
  integer,
  listOf,
  oneOf,
  origin,
  type Parse,
  visibleAscii,
} from './parse.ts'
import { retentionSettings } from './retention-settings.ts'
import { optional, type Setting, secret, setting, size } from './setting.ts'

const blobUrl: Parse<string> = (text) => absolutePath(text.replace(/^file:(\/\/)?/, ''))

export const settingsTable = {
  port: setting('PORT', integer(1, 65535), 4000, 'TCP port to listen on'),
  host: setting('HOST', anyText, '127.0.0.1', 'address to listen on'),
  dataDirectory: setting(
    'HARMONT_DATA_DIR',
    anyText,
    '.harmont',
    'database, blobs, images, snapshots, spools and generated secrets; made when absent',
  ),
  databaseUrl: secret(
    optional(
      'HARMONT_DATABASE_URL',
      databaseUrl,
      'an external PostgreSQL 15 or later; without it an embedded one runs',
    ),
  ),
  blobDirectory: optional(
    'HARMONT_BLOB_URL',
    blobUrl,
    '`file:/absolute/path`; without it `blobs` in the data directory',
  ),
  publicUrlGiven: optional(
    'HARMONT_PUBLIC_URL',
    origin,
    'where users reach this server, for links and origins; without it `http://localhost:PORT`',
  ),
  runner: setting(
    'HARMONT_RUNNER',
    oneOf('local', 'off'),
    'local',
    '`local` runs builds on this machine, `off` leaves them to runners elsewhere',
  ),
  runnerSlots: setting(
    'HARMONT_RUNNER_SLOTS',
    integer(1, 1024),
    availableParallelism(),
    'jobs that run at the same time; one per CPU without it',
  ),
  leaseSeconds: setting(
    'HARMONT_LEASE_SECONDS',
    integer(10, 86_400),
    300,
    'how long a running job outlives the last sign of its runner',
  ),
  drainSeconds: setting('HARMONT_DRAIN_SECONDS', integer(0, 3600), 10, 'serving time after SIGTERM'),
  renderWaitSeconds: setting(
    'HARMONT_RENDER_WAIT_SECONDS',
    integer(0, 300),
    30,
    'how long a request waits for its pipeline to be rendered',
  ),
  renderImage: setting('HARMONT_RENDER_IMAGE', anyText, 'host', 'image in which pipelines are rendered'),
  imageFallbackGiven: optional(
    'HARMONT_IMAGE_FALLBACK',
    oneOf('host', 'host-any', 'none'),
    "`host`: where the default image cannot be had, this machine's own files stand in for it, and the step says so; `host-any`: for any image; without it `host` while the public URL is local",
  ),
  hostAllow: setting(
    'HARMONT_HOST_ALLOW',
    listOf(absolutePath),
    [],
    'further folders of this machine that the image `host` shows',
  ),
  sandboxNetwork: setting(
    'HARMONT_SANDBOX_NETWORK',
    listOf(oneOf('egress', 'none', 'host')),
    ['egress', 'none'],
    'networks that jobs may have, in order of wish; the first that this machine can give is taken',
  ),
  egressAllow: setting(
    'HARMONT_EGRESS_ALLOW',
    listOf(addressRange),
    [],
    'private addresses that jobs may reach all the same: ranges and host:port',
  ),
  ociRuntime: setting(
    'HARMONT_OCI_RUNTIME',
    oneOf('crun', 'runsc'),
    'crun',
    "what starts the commands of steps: `crun`, or gVisor's `runsc`, which shows untrusted work a kernel of its own",
  ),
  imageBytes: size(
    'HARMONT_IMAGE_LIMIT',
    20 * 1024 ** 3,
    'how large an image may be, as its registry has it and unpacked',
  ),
  organizationImageBytes: size(
    'HARMONT_ORGANIZATION_IMAGES',
    60 * 1024 ** 3,
    'disk space that the images of one organization may take; those that it used least recently give way',
  ),
  snapshotDiskBytes: size(
    'HARMONT_SNAPSHOT_DISK',
    20 * 1024 ** 3,
    'disk space for what steps left; what no running build needs goes, the least recently used of the cache first',
  ),
  logBytes: size(
    'HARMONT_LOG_LIMIT',
    256 * 1024 ** 2,
    'how much of the log of one job is kept; of a longer one the beginning and the last eighth',
  ),
  leastFreeBytes: size(
    'HARMONT_LEAST_FREE_DISK',
    512 * 1024 ** 2,
    'with less than this free on the disk of the data directory no job is begun and no source is taken',
  ),
  bootstrapToken: secret(
    optional(
      'HARMONT_BOOTSTRAP_TOKEN',
      visibleAscii(20),
      'an API key that works from the start; gone when the setting is, with the keys and CLI sessions that it made',
    ),
  ),
  bootstrapEmail: setting(
    'HARMONT_BOOTSTRAP_EMAIL',
    emailAddress,
    'admin@localhost',
    'whose key the bootstrap token is, owner of the organization `default`',
  ),
  logLevel: setting(
    'HARMONT_LOG_LEVEL',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace'),
    'info',
    'least level of what goes to the log on standard output',
  ),
  ...retentionSettings,
  ...accessSettings,
  ...outsideSettings,
} as const

type Table = typeof settingsTable
type ValueOf<S> = S extends Setting<infer T> ? T : never
export type GivenSettings = { readonly [K in keyof Table]: ValueOf<Table[K]> }
