/**
 * The objects of a bucket that are blobs. Every call has a deadline, and its errors name the
 * operation.
 */
import type { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { SignatureV4 } from '@smithy/signature-v4'
import { BlobStoreUnavailable, blobNamePattern } from '../blob-store.ts'

/** The lifetime of a signed URL. */
const signedSeconds = 15 * 60
/**
 * The time limit of a call including retries. Shorter than the limit of an idle transaction
 * (`database/pool.ts`).
 */
const callMs = 60_000

export interface BucketOptions {
  readonly bucket: string
  /** Without leading or trailing slashes; empty for the whole bucket. */
  readonly prefix: string
  /** null: Amazon's. */
  readonly endpoint: string | null
  /** null: determined by the SDK. */
  readonly region: string | null
  /** Whether the bucket's name is in the path instead of the host name. */
  readonly pathStyle: boolean
  /** The longest silence of a connection, including pauses of a slow reader; 20 s if absent. */
  readonly silenceMs?: number
  /** Whether runners read and write blobs directly by signed URLs. */
  readonly direct?: boolean
  /** Called after each call, including its retries. */
  readonly onCall?: (call: BlobCall) => void
}

/** A call to the store, for metrics. */
interface BlobCall {
  readonly operation: string
  readonly seconds: number
  readonly failed: boolean
}

/** The object does not exist. */
export class NoSuchBlob extends Error {
  override readonly name = 'NoSuchBlob'
}

const absent = new Set(['NoSuchKey', 'NotFound'])

interface Stored {
  readonly bytes: number
  readonly tag: string
}

export class Bucket {
  /** As in `HARMONT_BLOB_URL`. */
  readonly url: string
  readonly #client: S3Client
  readonly #bucket: string
  readonly #folder: string
  readonly #onCall: BucketOptions['onCall']
  readonly #place: Pick<BucketOptions, 'endpoint' | 'pathStyle'>

  constructor({ bucket, prefix, endpoint, region, pathStyle, silenceMs = 20_000, onCall }: BucketOptions) {
    this.#onCall = onCall
    this.#place = { endpoint, pathStyle }
    this.url = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`
    this.#bucket = bucket
    this.#folder = `${prefix === '' ? '' : `${prefix}/`}blobs/`
    this.#client = new S3Client({
      ...(endpoint === null ? {} : { endpoint, region: 'us-east-1' }),
      ...(region === null ? {} : { region }),
      forcePathStyle: pathStyle,
      expectContinueHeader: false,
      maxAttempts: 4,
      // Bodies are signed by their SHA-256, which S3 checks. Some stores refuse additional
      // checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: 5_000, socketTimeout: silenceMs },
    })
  }

  /** Returns the size and tag of an object; undefined for an absent one. */
  async head(name: string): Promise<Stored | undefined> {
    try {
      const { ContentLength: bytes, ETag: etag } = await this.#call('HeadObject', (options) =>
        this.#client.send(new HeadObjectCommand(this.#at(name)), options),
      )
      if (bytes === undefined) throw this.#wrong('HeadObject', 'the response has no length')
      return { bytes, tag: plain(etag) }
    } catch (error) {
      if (error instanceof NoSuchBlob) return undefined
      throw error
    }
  }

  /** Reads bytes of an object from `start` to before `end`, or to its end. */
  async read(
    name: string,
    { start, end }: { readonly start: number; readonly end: number },
  ): Promise<{ readonly bytes: AsyncIterable<Buffer>; readonly objectBytes: number }> {
    const range = `bytes=${start}-${end === Number.POSITIVE_INFINITY ? '' : end - 1}`
    const { Body: body, ContentRange: got = '' } = await this.#call('GetObject', (options) =>
      this.#client.send(new GetObjectCommand({ ...this.#at(name), Range: range }), options),
    )
    const [, from, whole] = /^bytes (\d+)-\d+\/(\d+)$/.exec(got) ?? []
    if (body === undefined || Number(from) !== start)
      throw this.#wrong('GetObject', `requested ${range}, the response has \`${got}\``)
    return { bytes: body as Readable, objectBytes: Number(whole) }
  }

  /** Stores an object whole. Returns its tag. */
  async put(name: string, bytes: Buffer): Promise<string> {
    const { ETag } = await this.#call('PutObject', (options) =>
      this.#client.send(new PutObjectCommand({ ...this.#at(name), Body: bytes }), options),
    )
    return plain(ETag)
  }

  /**
   * Stores an object in parts. The object is not visible before its last part is stored. Returns
   * its tag.
   */
  async upload(name: string, parts: AsyncIterable<Buffer>): Promise<string> {
    const { UploadId } = await this.#call('CreateMultipartUpload', (options) =>
      this.#client.send(new CreateMultipartUploadCommand(this.#at(name)), options),
    )
    const upload = { ...this.#at(name), UploadId }
    try {
      const stored: { readonly PartNumber: number; readonly ETag: string | undefined }[] = []
      for await (const bytes of parts) {
        const PartNumber = stored.length + 1
        const { ETag } = await this.#call('UploadPart', (options) =>
          this.#client.send(new UploadPartCommand({ ...upload, PartNumber, Body: bytes }), options),
        )
        stored.push({ PartNumber, ETag })
      }
      const { ETag } = await this.#call('CompleteMultipartUpload', (options) =>
        this.#client.send(
          new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: stored } }),
          options,
        ),
      )
      return plain(ETag)
    } catch (error) {
      // If this fails as well, the sweep removes the parts.
      await this.#abort(upload).catch(() => undefined)
      throw error
    }
  }

  async remove(name: string): Promise<void> {
    await this.#call('DeleteObject', (options) => this.#client.send(new DeleteObjectCommand(this.#at(name)), options))
  }

  /** Lists the blobs. Skips objects that are not blobs. */
  async *list(): AsyncGenerator<{ readonly name: string; readonly completedAt: Date }> {
    for (let token: string | undefined; ; ) {
      const query = { Bucket: this.#bucket, Prefix: this.#folder, ContinuationToken: token }
      const page = await this.#call('ListObjectsV2', (options) =>
        this.#client.send(new ListObjectsV2Command(query), options),
      )
      for (const { Key = '', LastModified } of page.Contents ?? []) {
        const name = Key.slice(this.#folder.length)
        if (blobNamePattern.test(name) && LastModified !== undefined) yield { name, completedAt: LastModified }
      }
      token = page.NextContinuationToken
      if (token === undefined) return
    }
  }

  /** Aborts the uploads that began before an instant. */
  async abortUploads(before: Date): Promise<void> {
    for (let place = {}; ; ) {
      const query = { Bucket: this.#bucket, Prefix: this.#folder, ...place }
      const page = await this.#call('ListMultipartUploads', (options) =>
        this.#client.send(new ListMultipartUploadsCommand(query), options),
      )
      for (const { Key, UploadId, Initiated } of page.Uploads ?? [])
        if (Initiated !== undefined && Initiated < before) await this.#abort({ Bucket: this.#bucket, Key, UploadId })
      if (page.IsTruncated !== true) return
      place = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
    }
  }

  /** Fails if the bucket does not respond or denies access. */
  async check(): Promise<void> {
    await this.#call('HeadBucket', (options) =>
      this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }), options),
    )
  }

  /**
   * Returns a URL with which anybody can make this one request, with these headers, for
   * `signedSeconds`.
   */
  async sign(method: 'GET' | 'PUT', name: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const { config } = this.#client
    const url = await this.#urlOf(name)
    const signer = new SignatureV4({ ...config, service: 's3', uriEscapePath: false })
    const signed = await signer.presign(
      {
        ...{ method, protocol: url.protocol, hostname: url.hostname, path: url.pathname },
        headers: { ...headers, host: url.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
        query: {},
      },
      { expiresIn: signedSeconds },
    )
    for (const [key, value] of Object.entries(signed.query ?? {})) url.searchParams.set(key, String(value))
    return url.href
  }

  async #urlOf(name: string): Promise<URL> {
    const { endpoint, pathStyle } = this.#place
    const url = new URL(endpoint ?? `https://s3.${await this.#client.config.region()}.amazonaws.com`)
    if (!pathStyle) url.host = `${this.#bucket}.${url.host}`
    const path = [...(pathStyle ? [this.#bucket] : []), ...(this.#folder + name).split('/')]
    url.pathname = [url.pathname.replace(/\/$/, ''), ...path.map(escaped)].join('/')
    return url
  }

  #at(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: this.#folder + name }
  }

  async #abort(upload: {
    readonly Bucket: string
    readonly Key: string | undefined
    readonly UploadId: string | undefined
  }): Promise<void> {
    await this.#call('AbortMultipartUpload', (options) =>
      this.#client.send(new AbortMultipartUploadCommand(upload), options),
    )
  }

  async #call<T>(operation: string, send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    const deadline = new AbortController()
    // Cleared after the call, because the signal would also abort the body of the response.
    const timer = setTimeout(() => deadline.abort(), callMs)
    const began = performance.now()
    let failed = false
    try {
      return await send({ abortSignal: deadline.signal })
    } catch (error) {
      if (error instanceof S3ServiceException && absent.has(error.name))
        throw new NoSuchBlob(`${this.url}: no such blob`)
      failed = true
      throw this.#wrong(
        operation,
        deadline.signal.aborted ? `no response within ${callMs / 1000} s` : wordsOf(error),
        error,
      )
    } finally {
      clearTimeout(timer)
      this.#onCall?.({ operation, seconds: (performance.now() - began) / 1000, failed })
    }
  }

  #wrong(operation: string, why: string, cause?: unknown): BlobStoreUnavailable {
    return new BlobStoreUnavailable(`${this.url}: ${operation} failed: ${why}`, { cause, isRefusal: isRefusal(cause) })
  }
}

/** Escapes the same characters as S3 does before it compares signatures. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Returns name and message of an error, without the SDK's placeholder for a missing message. */
function wordsOf(error: unknown): string {
  return String(error).replace(/: UnknownError$/, '')
}

/** Returns a tag without quotes, which only some responses have. */
function plain(tag = ''): string {
  return tag.replaceAll('"', '')
}

/** Client errors that are temporary. */
const passing = new Set([408, 425, 429])

/** Returns whether S3 refused the request permanently, or no credentials are configured. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (!(error instanceof S3ServiceException))
    return error.name === 'CredentialsProviderError' || error.message === 'Region is missing'
  const { httpStatusCode: status = 0 } = error.$metadata
  return status >= 300 && status < 500 && !passing.has(status)
}
