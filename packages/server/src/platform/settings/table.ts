/** Every setting of the server: its variable, default and meaning (`server.md` 2). */
import { availableParallelism } from 'node:os'
import { accessSettings } from './access-settings.ts'
import { blobSettings } from './blob-settings.ts'
import { externalSettings } from './external-settings.ts'
import {
  absolutePath,
  addressRange,
  anyText,
  databaseUrl,
  emailAddress,
  hostAndPort,
  integer,
  listOf,
  oneOf,
  orForever,
  origin,
  runnerServer,
  runnerWord,
  visibleAscii,
} from './parse.ts'
import { optional, type Setting, secret, setting, size } from './setting.ts'
import { traceSettings } from './trace-settings.ts'

/** Settings of retention and abandoned builds (`engine.md` 8, "Reapers"). */
const mostDays = 36_500

const retentionSettings = {
  logRetentionDays: setting(
    'HARMONT_LOG_RETENTION_DAYS',
    orForever(1, mostDays),
    400,
    'how long logs are kept after their build ends, or `forever`; builds, jobs and their results are kept',
  ),
  sourceRetentionDays: setting(
    'HARMONT_SOURCE_RETENTION_DAYS',
    orForever(1, mostDays),
    30,
    'how long source archives are kept after their build ends, or `forever`; a build without its archive cannot be retried or rebuilt',
  ),
  artifactRetentionDays: setting(
    'HARMONT_ARTIFACT_RETENTION_DAYS',
    orForever(1, mostDays),
    30,
    'how long artifacts are kept whose step does not say it, or `forever`; those of the newest pass of a default branch stay longer',
  ),
  abandonAfterHours: setting(
    'HARMONT_ABANDON_AFTER_HOURS',
    orForever(1, 24 * mostDays),
    72,
    'how long a build may be stalled while no runner takes any job, before it is abandoned, or `forever`',
  ),
} as const

export const settingsTable = {
  port: setting('PORT', integer(1, 65535), 4000, 'TCP port to listen on'),
  host: setting('HOST', anyText, '127.0.0.1', 'address to listen on'),
  dataDirectory: setting(
    'HARMONT_DATA_DIR',
    anyText,
    '.harmont',
    'directory of database, blobs, images, snapshots, spools and generated secrets; created if absent',
  ),
  databaseUrl: secret(
    optional('HARMONT_DATABASE_URL', databaseUrl, 'an external PostgreSQL 15 or later; if unset, an embedded one runs'),
  ),
  ...blobSettings,
  publicUrlGiven: optional(
    'HARMONT_PUBLIC_URL',
    origin,
    'where users reach this server, for links and origins; without it `http://localhost:PORT`',
  ),
  role: setting(
    'HARMONT_ROLE',
    oneOf('all', 'api', 'scheduler', 'runner'),
    'all',
    'what this process does: everything, or only one of answering requests, background work, and running jobs; `--role` says the same',
  ),
  processUrl: optional(
    'HARMONT_PROCESS_URL',
    origin,
    'where other processes of the role `api` reach this one; if unset, HOST and PORT, with the first address of this machine where HOST is every one',
  ),
  serverUrl: optional(
    'HARMONT_SERVER_URL',
    runnerServer,
    'role `runner`: the address of the server, https or on this machine',
  ),
  serverCa: optional(
    'HARMONT_SERVER_CA',
    absolutePath,
    "role `runner`: a file with the certificates that the server's is signed by; if unset, those of the system",
  ),
  peerAddress: optional(
    'HARMONT_PEER_ADDRESS',
    hostAndPort,
    'role `runner`: where it listens, and other runners of its pool take files of steps from it; if unset, all go by way of the server or S3',
  ),
  runnerKey: secret(
    optional(
      'HARMONT_RUNNER_KEY',
      visibleAscii(20),
      'role `runner`: a key of `runner-key create`, needed at the first start only',
    ),
  ),
  runnerLabels: setting(
    'HARMONT_RUNNER_LABELS',
    listOf(runnerWord),
    [],
    'role `all`: labels of the runner in this process, for steps that ask for them; other runners have those of their key',
  ),
  runner: setting(
    'HARMONT_RUNNER',
    oneOf('local', 'off'),
    'local',
    '`local` runs builds on this machine, `off` leaves them to runners on other machines',
  ),
  runnerSlots: setting(
    'HARMONT_RUNNER_SLOTS',
    integer(1, 1024),
    availableParallelism(),
    'jobs that run at the same time; if unset, one per CPU',
  ),
  leaseSeconds: setting(
    'HARMONT_LEASE_SECONDS',
    integer(10, 86_400),
    300,
    'how long a job survives after the last heartbeat of its runner',
  ),
  drainSeconds: setting(
    'HARMONT_DRAIN_SECONDS',
    integer(0, 3600),
    10,
    'how long the server keeps serving after SIGTERM',
  ),
  renderWaitSeconds: setting(
    'HARMONT_RENDER_WAIT_SECONDS',
    integer(0, 300),
    30,
    'how long a request waits for its pipeline to render',
  ),
  renderImage: setting('HARMONT_RENDER_IMAGE', anyText, 'host', 'image in which pipelines are rendered'),
  imageFallbackGiven: optional(
    'HARMONT_IMAGE_FALLBACK',
    oneOf('host', 'host-any', 'none'),
    "`host`: if the default image cannot be pulled, steps use this machine's tools instead, and their log says so; `host-any`: the same for any image; if unset, `host` while the public URL is local",
  ),
  hostAllow: setting(
    'HARMONT_HOST_ALLOW',
    listOf(absolutePath),
    [],
    'additional folders of this machine to include in the image `host`',
  ),
  sandboxNetwork: setting(
    'HARMONT_SANDBOX_NETWORK',
    listOf(oneOf('egress', 'none', 'host')),
    ['egress', 'none'],
    'network modes of jobs, in order of preference; the first that this machine supports is used',
  ),
  egressAllow: setting(
    'HARMONT_EGRESS_ALLOW',
    listOf(addressRange),
    [],
    'private addresses that jobs may reach: ranges and host:port',
  ),
  ociRuntime: setting(
    'HARMONT_OCI_RUNTIME',
    oneOf('crun', 'runsc'),
    'crun',
    "container runtime of steps: `crun`, or gVisor's `runsc`, which gives untrusted work its own kernel",
  ),
  imageBytes: size('HARMONT_IMAGE_LIMIT', 20 * 1024 ** 3, 'maximum size of an image, both packed and unpacked'),
  organizationImageBytes: size(
    'HARMONT_ORGANIZATION_IMAGES',
    60 * 1024 ** 3,
    'disk space for the images of one organization; the least recently used are removed first',
  ),
  snapshotDiskBytes: size(
    'HARMONT_SNAPSHOT_DISK',
    20 * 1024 ** 3,
    'disk space for snapshots; those that no running build needs are removed, the least recently used cache entries first',
  ),
  logBytes: size(
    'HARMONT_LOG_LIMIT',
    256 * 1024 ** 2,
    'maximum size of the log of one job; a longer log keeps its beginning and its last eighth',
  ),
  leastFreeBytes: size(
    'HARMONT_LEAST_FREE_DISK',
    512 * 1024 ** 2,
    'minimum free space on the disk of the data directory; with less, no job starts and no source is accepted',
  ),
  bootstrapToken: secret(
    optional(
      'HARMONT_BOOTSTRAP_TOKEN',
      visibleAscii(20),
      'an API key that works from the first start; removed with the setting, together with the keys and CLI sessions created with it',
    ),
  ),
  bootstrapEmail: setting(
    'HARMONT_BOOTSTRAP_EMAIL',
    emailAddress,
    'admin@localhost',
    'user of the bootstrap token, owner of the organization `default`',
  ),
  logLevel: setting(
    'HARMONT_LOG_LEVEL',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace'),
    'info',
    'minimum level of the log on standard output',
  ),
  ...retentionSettings,
  ...accessSettings,
  ...externalSettings,
  ...traceSettings,
} as const

type Table = typeof settingsTable
type ValueOf<S> = S extends Setting<infer T> ? T : never
export type GivenSettings = { readonly [K in keyof Table]: ValueOf<Table[K]> }
