/** Settings of the blob store. */
import { absolutePath, InvalidValue, oneOf, type Parse, visibleAscii, webAddress } from './parse.ts'
import { optional, type Setting, setting } from './setting.ts'

export type BlobPlace =
  | { readonly kind: 'directory'; readonly path: string }
  | {
      readonly kind: 's3'
      readonly bucket: string
      /** Without leading or trailing slashes; empty for the whole bucket. */
      readonly prefix: string
    }

const s3Url = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([A-Za-z0-9!_.*'()-]+(?:\/[A-Za-z0-9!_.*'()-]+)*))?\/?$/

/** Parses `file:/absolute/path`, `/absolute/path` or `s3://bucket/prefix`. */
export const blobPlace: Parse<BlobPlace> = (text) => {
  const [, bucket, prefix = ''] = s3Url.exec(text) ?? []
  if (bucket !== undefined) return { kind: 's3', bucket, prefix }
  try {
    return { kind: 'directory', path: absolutePath(text.replace(/^file:(\/\/)?/, '')) }
  } catch {
    throw new InvalidValue('`file:/absolute/path` or `s3://bucket/prefix`')
  }
}

/** Formats a place for `blobPlace` to parse. */
export function formatBlobPlace(place: BlobPlace): string {
  if (place.kind === 'directory') return `file:${place.path}`
  return `s3://${place.bucket}${place.prefix === '' ? '' : `/${place.prefix}`}`
}

const place: Setting<BlobPlace | null> = {
  ...optional(
    'HARMONT_BLOB_URL',
    blobPlace,
    'where source archives, logs and artifacts are: `file:/absolute/path`, or `s3://bucket/prefix`; if unset, `blobs` in the data directory',
  ),
  format: (value) => (value === null ? '' : formatBlobPlace(value)),
}

export const blobSettings = {
  blobPlace: place,
  blobEndpoint: optional(
    'HARMONT_BLOB_ENDPOINT',
    webAddress,
    'address of a store that speaks S3, for `s3:`; if unset, that of Amazon',
  ),
  blobRegion: optional(
    'HARMONT_BLOB_REGION',
    visibleAscii(1),
    "region of the bucket; if unset, `AWS_REGION` or the configuration of Amazon's tools",
  ),
  blobPathStyle: optional(
    'HARMONT_BLOB_PATH_STYLE',
    oneOf('on', 'off'),
    '`on`: the bucket stands in the path of addresses, `off`: in the host name; if unset, `on` with HARMONT_BLOB_ENDPOINT',
  ),
  blobDirect: setting(
    'HARMONT_BLOB_DIRECT',
    oneOf('on', 'off'),
    'on',
    'whether runners read and write layers directly in S3, by URLs that the server signs; `off`: through the server',
  ),
} as const
