/**
 * Schemas of all messages from runners. Unknown members are removed, so that newer runners are
 * understood.
 */
import type { JobErrorCode } from '@harmont/engine'
import { MAX_CHUNK_BYTES } from '@harmont/logs'
import { Ajv, type ValidateFunction } from 'ajv'
import type { CallName, WireVersion } from '../protocol.ts'

type Schema = Readonly<Record<string, unknown>>

const uuid = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }
const digest = { type: 'string', pattern: '^[0-9a-f]{64}$' }
const flag = { type: 'boolean' }
const count = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }
const small = { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }
const fence = { type: 'integer', minimum: 1, maximum: 2 ** 31 - 1 }
const one = (...values: readonly (string | null)[]) => ({ enum: values })
const text = (maxLength: number) => ({ type: 'string', maxLength })
const list = (items: Schema, maxItems: number) => ({ type: 'array', items, maxItems })
const tuple = (...items: readonly Schema[]) => ({
  type: 'array',
  items,
  minItems: items.length,
  maxItems: items.length,
})
const map = (values: Schema) => ({ type: 'object', additionalProperties: values, maxProperties: 10_000 })
const nullable = (schema: Schema) => ({ anyOf: [{ type: 'null' }, schema] })
const object = (required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}) => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
})
/** Each branch has its own `kind`, so that only the matching branch is validated and trimmed. */
const oneOf = (...branches: readonly Schema[]) => ({
  type: 'object',
  discriminator: { propertyName: 'kind' },
  required: ['kind'],
  oneOf: branches,
})

const name = text(1_000)
const path = text(4_096)
const sentence = text(64 * 1024)
const document = text(16 * 1024 * 1024)
/** The identity of a lease differs between versions; see `leaseForms`. */
const lease = { $ref: 'lease' }
const fork = object({ jobId: uuid, buildId: uuid, fork: uuid })
const report = { lease, at: count }
const phases = list(tuple(one('fetch', 'source', 'sandbox', 'artifacts', 'snapshot'), count, count), 100)
const names = list(name, 10_000)
const hostNames = list(text(300), 200)
const split = object({ files: path, total: { type: 'integer', minimum: 1, maximum: 10_000 } })
const files = list(object({ path, bytes: count }), 500_000)

/** Contains every code once; the compiler reports a missing one. */
const errorCodes = Object.keys({
  out_of_memory: true,
  disk_limit: true,
  step_timeout: true,
  pipeline_timeout: true,
  provision_failed: true,
  snapshot_failed: true,
  artifact_missing: true,
  artifact_failed: true,
  sandbox_lost: true,
  build_abandoned: true,
  secret_missing: true,
  secret_unusable: true,
  input_missing: true,
  service_unsupported: true,
  service_failed: true,
  service_timeout: true,
  service_unclean: true,
  split_failed: true,
  egress_unsupported: true,
  append_refused: true,
} satisfies Record<JobErrorCode, true>)

const outcome = oneOf(
  object(
    {
      kind: { const: 'exited' },
      exitCode: nullable(small),
      signal: nullable(name),
      limit: one('memory', 'disk', null),
      snapshot: nullable(name),
    },
    {
      snapshotError: sentence,
      artifactError: object({ code: one('artifact_missing', 'artifact_failed'), message: sentence }),
      blame: sentence,
      serviceSnapshots: map(name),
      serviceError: sentence,
    },
  ),
  object({ kind: { const: 'cached' }, snapshot: name }, { serviceSnapshots: map(name) }),
  object(
    { kind: { const: 'refused' }, code: one(...errorCodes), message: sentence },
    { buildError: object({ code: name, message: sentence }) },
  ),
)

/** Documents of appended steps from a generator; runners of earlier releases send none. */
const steps = oneOf(
  object({ kind: { const: 'files' }, files: list(object({ name, text: document }), 1_000) }),
  object({ kind: { const: 'unreadable' }, problem: sentence }),
)

const output = object(
  {
    annotations: list(
      object({ name, style: one('info', 'error', 'warning', 'success', 'summary'), markdown: sentence }),
      100,
    ),
    artifacts: list(
      object({
        path,
        kind: one('file', 'junit', 'coverage'),
        bytes: count,
        sha256: digest,
        parts: list(digest, 10_000),
        offset: count,
        expiresSeconds: nullable(count),
      }),
      10_000,
    ),
    tests: list(
      object(
        {
          path,
          format: one('junit', 'go', 'tap', null),
          cases: list(
            object(
              { suite: sentence, name: sentence, state: one('passed', 'failed', 'skipped', 'errored') },
              { file: path, line: count, durationMs: { type: 'number', minimum: 0 }, message: sentence },
            ),
            100_000,
          ),
          faults: count,
        },
        { problem: sentence },
      ),
      10_000,
    ),
  },
  { steps, egress: object({ isBound: flag, isWhole: flag, used: hostNames, refused: hostNames }) },
)

const lookUp = object({
  place: path,
  places: list(path, 100),
  key: name,
  inputs: object(
    {
      claim: name,
      command: name,
      image: name,
      platform: name,
      parent: nullable(name),
      variables: map(name),
    },
    {
      files: object({ paths: name, types: name, modes: name, contents: name }),
      given: map(name),
      services: map(name),
      split: name,
    },
  ),
  hit: nullable(object({ origin: map(path), createdAt: count })),
  damaged: flag,
})

const services = list(
  object({
    name,
    state: one('starting', 'ready', 'ended', 'failed'),
    readyMs: nullable({ type: 'number', minimum: 0 }),
    exitCode: nullable(small),
  }),
  100,
)

const chunk = tuple(fence, { enum: [0, 1, 2] }, nullable({ type: 'string', pattern: '^[0-9]{1,19}$' }), {
  type: 'integer',
  minimum: 0,
  maximum: MAX_CHUNK_BYTES,
})

const forkEnd = oneOf(
  object({
    kind: { const: 'ran' },
    startedAt: count,
    endedAt: count,
    exitCode: nullable(small),
    chunks: list(chunk, 2_000),
    log: text(128 * 1024),
    results: list(tuple(name, one('passed', 'failed', null)), 100_000),
  }),
  object({ kind: { const: 'given_up' } }),
  object({ kind: { const: 'lost' } }),
  object({ kind: { const: 'impossible' } }),
)

const render = oneOf(
  object({ kind: { const: 'ir' }, ir: text(16 * 1024 * 1024) }),
  object({ kind: { const: 'render_failed' }, message: sentence }),
)

const ticket = { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' }
const layerForm = one('erofs', 'tar')
const forms = list(layerForm, 2)
const features = list(text(100), 100)
const traffic = object({ forms, host: nullable(name) })
const named = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' }
/** The maximum exceeds the largest layer that a step's disk may hold. */
const objectBytes = { type: 'integer', minimum: 1, maximum: 64 * 1024 ** 3 }
const layerIds = { ...list(uuid, 101), minItems: 1 }
const wanted = { snapshot: uuid, form: layerForm }
const partIndex = { type: 'integer', minimum: 0, maximum: 100_000 }
const part = object({ digest: named, index: partIndex, bytes: count })
const layerRequest = object({ lease, snapshot: uuid, digest: named, from: count })
/** A host name or address, and a port. */
const hostAndPort = { type: 'string', pattern: '^([A-Za-z0-9.-]{1,253}|\\[[0-9a-fA-F:.]{2,45}\\]):[0-9]{1,5}$' }
const peer = object({ address: hostAndPort, certificate: digest })
const layer = object(
  {
    id: uuid,
    parent: nullable(uuid),
    imageDigest: name,
    imageNames: list(path, 100),
    layers: layerIds,
    createdAt: name,
    meta: object(
      { cache: nullable(object({ namespace: path, key: name })), origin: map(path) },
      { secretLineage: list(object({ id: name, name }), 10_000) },
    ),
    // The manifest of a source without files is empty.
    source: nullable(object({ digest: named, bytes: { ...objectBytes, minimum: 0 } })),
    blob: object(
      { form: layerForm, digest: named, blobBytes: objectBytes, bytes: count },
      { insteadOfImage: text(1_000) },
    ),
  },
  { inputPaths: list(path, 100_000) },
)

/** `host` or `host:port`. */
const registry = text(300)
const waitMs = { type: 'integer', minimum: 0, maximum: 60_000 }

const calls: Readonly<Record<CallName, Schema>> = {
  lease: object(
    {
      id: uuid,
      slots: { type: 'integer', minimum: 1, maximum: 10_000 },
      waitMs,
      again: flag,
      known: list({ $ref: 'known' }, 10_000),
    },
    { traffic, features },
  ),
  reclaim: object({}, { features }),
  'live-snapshots': object({ pinnedMs: { type: 'integer', minimum: 0, maximum: 366 * 24 * 3_600_000 } }),
  renew: object(
    {},
    {
      traffic,
      room: object({ freeBytes: count, sizeBytes: count, snapshots: { ...count, maximum: 2 ** 31 - 1 } }),
      peer,
    },
  ),
  directives: object(
    { waitMs, known: list(object({ jobId: uuid, fence, stop: one('cancel', 'timeout') }), 10_000) },
    { shells: list(ticket, 10_000), exports: list(uuid, 10_000) },
  ),
  started: object(report, { phases }),
  substituted: object({ ...report, image: path }),
  'looked-up': object({ ...report, lookUp }),
  services: object({ ...report, services }),
  'command-ended': object(report),
  finish: object({ ...report, outcome, output }, { phases }),
  rendered: object({ ...report, result: render }),
  'open-service-log': object({ lease, service: name, isNew: flag }),
  'lacking-parts': object({ lease, wanted: object({ digests: list(digest, 100_000), bytes: count }) }),
  secrets: object({ lease, names }),
  'id-tokens': object({ lease }),
  'registry-login': object({ lease, registry }),
  deal: object({ lease, split, files }),
  source: object({ buildId: uuid }),
  'shell/work': object({ ticket }),
  'shell/secrets': object({ ticket, names }),
  'shell/registry-login': object({ ticket, registry }),
  'forks/take': object({ id: uuid }, { features }),
  'forks/end': object({ fork, end: forkEnd }),
  'forks/release': object({}),
  'forks/secrets': object({ fork, names }),
  'forks/registry-login': object({ fork, registry }),
  'forks/deal': object({ fork, split, files }),
  'layers/offer': object({ ...wanted, layers: layerIds }),
  'layers/have': object({ ...wanted, layer }),
  'layers/refuse': object({ snapshot: uuid, reason: text(1_000) }, { lease }),
  'layers/find': object({ lease, snapshot: uuid, forms }),
  'layers/locate': layerRequest,
  'layers/peers': object({ lease, snapshot: uuid, digest: named }),
  'layers/struck': object({ lease, snapshot: uuid, layer: uuid, runner: uuid }),
  'layers/target': object({ ...wanted, part }),
  'layers/arrived': object({ ...wanted, part, written: object({ blob: uuid, receipt: ticket }) }),
  'layers/placed': object({ lease, snapshot: uuid, ms: count }, { fromPeers: count }),
}

const schemas = {
  ...calls,
  append: object(
    {
      lease,
      spoolPosition: text(64 * 1024),
      turn: text(100),
      chunks: list(chunk, 100_000),
    },
    { service: name },
  ),
  'put-part': object({ lease, digest }),
  'source/archive': object({ buildId: uuid, sha256: digest, from: count }),
  'layers/upload': object({ ...wanted, digest: named, index: partIndex }),
  'layers/fetch': layerRequest,
}

export type BodyName = keyof typeof schemas

const leaseForms: Readonly<Record<WireVersion, Readonly<Record<string, Schema>>>> = {
  1: { jobId: uuid, fence },
  2: { jobId: uuid, fence, leaseId: nullable(uuid) },
}
const compilers = new Map<WireVersion, Ajv>()
const compiled = new Map<string, ValidateFunction>()

function compilerOf(version: WireVersion): Ajv {
  const known = compilers.get(version)
  if (known !== undefined) return known
  const form = leaseForms[version]
  const made = new Ajv({ strict: false, discriminator: true, ownProperties: true, removeAdditional: true })
  made.addSchema(object(form), 'known').addSchema(object({ ...form, buildId: uuid }), 'lease')
  compilers.set(version, made)
  return made
}

/**
 * Returns the fault of a body of this version, or null if it is valid. Removes unknown members.
 * Compiles a schema at its first use, to keep the server's start short.
 */
export function faultOf(version: WireVersion, body: BodyName, value: unknown): string | null {
  const key = `${version} ${body}`
  const ajv = compilerOf(version)
  const validate = compiled.get(key) ?? ajv.compile(schemas[body])
  compiled.set(key, validate)
  return validate(value) ? null : ajv.errorsText(validate.errors, { dataVar: 'body' })
}

export function isBodyName(name: string): name is BodyName {
  return Object.hasOwn(schemas, name)
}
