import type { BuildSource } from '@harmont/engine'
import type { Body, UploadedSource } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { checkAddress, FetchRefused } from '../../platform/outbound/guarded-fetch.ts'
import type { RefClass } from '../records/build-facts.ts'

/** The input of a build, from any caller. */
export interface BuildInput {
  readonly branch: string
  readonly commit: string
  readonly message: string | null
  readonly env: Readonly<Record<string, string>>
  /** null: absent or blank; the pipeline is rendered. */
  readonly ir: string | null
  /** null: an empty tree. */
  readonly source: BuildSource | null
  /**
   * Whether every step runs, regardless of the cache. Passing steps are still stored in the cache.
   */
  readonly withoutCache: boolean
}

/** A build requested by a person or a program, through either route. */
export interface RequestedBuild {
  readonly input: BuildInput
  readonly recordedSource: 'api' | 'ui'
  /** Whether the request had an archive, even an empty one, or the address of one. */
  readonly hasSource: boolean
}

/** Denotes the newest commit of the branch. */
export const headCommit = 'HEAD'

const sources = ['api', 'ui', 'webhook', 'schedule', 'trigger_job']
const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
const kib = 1024

/**
 * Parses the members that both routes share (`http.md` 7.1). Throws 422 `build_invalid`, in which
 * case no row exists and no build number is used.
 */
export function readBuildInput(
  body: Body<'createBuild'> | Body<'createBuildBySource'>,
  upload: UploadedSource | null,
  sourceUrlAllow: readonly string[],
): RequestedBuild {
  const errors = new FieldErrors()
  errors.length('branch', body.branch, 1, 255)
  errors.length('commit', body.commit, 1, 255)
  const message = body.message ?? null
  if (message !== null) atMost(errors, 'message', message, 64 * kib)
  const ir = body.pipeline_ir?.trim() ? body.pipeline_ir : null
  if (ir !== null) atMost(errors, 'pipeline_ir', ir, 8 * kib * kib)
  const env = body.env ?? {}
  checkEnv(errors, env)
  if (body.source != null && !sources.includes(body.source))
    errors.add('source', `must be one of ${sources.join(', ')}; got \`${body.source.slice(0, 80)}\``)
  const source = readSource(errors, body, upload, sourceUrlAllow)
  errors.throwIfAny('build_invalid')
  const { branch, commit } = body
  return {
    input: { branch, commit, message, env, ir, source, withoutCache: false },
    recordedSource: body.source === 'ui' ? 'ui' : 'api',
    hasSource: upload !== null || source !== null,
  }
}

function atMost(errors: FieldErrors, field: string, text: string, bytes: number): void {
  const got = Buffer.byteLength(text)
  if (got > bytes) errors.add(field, `must have at most ${bytes / kib} KiB; got ${Math.ceil(got / kib)} KiB`)
}

/** Checks the variables of a build and adds their errors. */
export function checkEnv(errors: FieldErrors, env: Readonly<Record<string, string>>): void {
  const entries = Object.entries(env)
  if (entries.length > 256) errors.add('env', `must have at most 256 names; got ${entries.length}`)
  let total = 0
  for (const [name, value] of entries) {
    if (!variableName.test(name))
      errors.add('env', `must have names of the form ${variableName.source}; got \`${name.slice(0, 80)}\``)
    atMost(errors, `env.${name.slice(0, 80)}`, value, 32 * kib)
    total += Buffer.byteLength(name) + Buffer.byteLength(value)
  }
  if (total > 256 * kib) errors.add('env', `must have at most 256 KiB in all; got ${Math.ceil(total / kib)} KiB`)
}

/** Returns the upload, or else the archive at an address; null without either. */
function readSource(
  errors: FieldErrors,
  body: Body<'createBuild'>,
  upload: UploadedSource | null,
  sourceUrlAllow: readonly string[],
): BuildSource | null {
  const wanted = body.source_sha256?.toLowerCase() || null
  if (wanted !== null && !/^[0-9a-f]{64}$/.test(wanted)) errors.add('source_sha256', 'must be 64 hex digits')
  if (upload !== null) {
    if (wanted !== null && /^[0-9a-f]{64}$/.test(wanted) && wanted !== upload.sha256)
      errors.add('source_sha256', `must be the SHA-256 of the archive, which is ${upload.sha256}`)
    return upload.blob === null ? null : { kind: 'archive', blob: upload.blob, sha256: upload.sha256 }
  }
  const url = body.source_url || null
  if (url === null) return null
  errors.length('source_url', url, 1, 4096)
  try {
    return { kind: 'url', url: checkAddress(url, sourceUrlAllow).href, sha256: wanted }
  } catch (error) {
    if (!(error instanceof FetchRefused)) throw error
    errors.add('source_url', error.message)
    return null
  }
}

/**
 * Returns the ref class of a requested build. A build with variables is an upload, because some
 * variables change what a step runs (`NODE_OPTIONS`). A build with a commit is an upload too,
 * because the commit may belong to another branch.
 */
export function refClassOf({ input: wish }: RequestedBuild, { source }: Pick<BuildInput, 'source'>): RefClass {
  const isOfHead = source?.kind === 'git' && wish.commit === headCommit
  return isOfHead && wish.ir === null && Object.keys(wish.env).length === 0 ? 'fetched' : 'upload'
}
