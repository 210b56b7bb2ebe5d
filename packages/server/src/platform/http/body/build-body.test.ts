import { createHash } from 'node:crypto'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../api-error.ts'
import { BodyBudget } from './body-budget.ts'
import { type BlobSink, readBuildBody } from './build-body.ts'
import { bodyLimit } from './request-bytes.ts'

const mebibyte = 1024 * 1024
const held = new BodyBudget({ inAll: 100 * mebibyte, perCaller: 100 * mebibyte }).open('somebody')
const room = { held, mostText: bodyLimit.buildText }

interface Kept {
  bytes: Buffer
  state: 'open' | 'finished' | 'aborted'
}

function keepingSinks(): { sinks: Kept[]; openSink: () => Promise<BlobSink> } {
  const sinks: Kept[] = []
  const openSink = async (): Promise<BlobSink> => {
    const kept: Kept = { bytes: Buffer.alloc(0), state: 'open' }
    const name = `blob-${sinks.push(kept) - 1}`
    return {
      write: async (bytes) => {
        kept.bytes = Buffer.concat([kept.bytes, bytes])
      },
      finish: async () => {
        kept.state = 'finished'
        return name
      },
      abort: async () => {
        kept.state = 'aborted'
      },
    }
  }
  return { sinks, openSink }
}

async function* pieces(text: string | Buffer, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

class Refused extends Error {}

async function read(text: string | Buffer, size = 7) {
  const { sinks, openSink } = keepingSinks()
  const accept = (body: unknown, errors: readonly object[]): unknown => {
    if (errors.length > 0) throw new Refused(JSON.stringify(errors))
    return body
  }
  const outcome = await readBuildBody(pieces(text, size), { openSink, accept, ...room }).catch(
    (error: unknown) => error,
  )
  if (outcome instanceof ApiError) return { kind: outcome.code, sinks } as const
  if (outcome instanceof Refused) return { kind: 'refused', sinks } as const
  if (outcome instanceof Error) throw outcome
  return { kind: 'read', ...(outcome as Awaited<ReturnType<typeof readBuildBody>>), sinks } as const
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Parses the body with JSON.parse as a simple reference implementation. */
function expected(text: string): { kind: string; body?: unknown; bytes?: Buffer | null } {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { kind: 'invalid_json' }
  }
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
  if (!isObject || !Object.hasOwn(body as object, 'source_b64')) return { kind: 'read', body, bytes: null }
  const { source_b64: source } = body as { source_b64: unknown }
  if (typeof source !== 'string') return { kind: 'read', body, bytes: null }
  const bytes = Buffer.from(source, 'base64')
  if (bytes.toString('base64') !== source) return { kind: 'refused' }
  return { kind: 'read', body: { ...(body as object), source_b64: '' }, bytes }
}

async function agrees(text: string, size: number): Promise<void> {
  const want = expected(text)
  const got = await read(text, size)
  expect(got.kind).toBe(want.kind)
  const finished = got.sinks.filter(({ state }) => state === 'finished')
  expect(got.sinks.filter(({ state }) => state === 'open')).toEqual([])
  if (got.kind !== 'read') {
    expect(finished).toEqual([])
    return
  }
  expect(got.body).toEqual(want.body)
  if (want.bytes === null || want.bytes === undefined) {
    expect([got.source, finished]).toEqual([null, []])
  } else {
    expect(got.source).toMatchObject({ sha256: sha256(want.bytes), bytes: want.bytes.length })
    expect(finished.map(({ bytes }) => bytes)).toEqual(want.bytes.length === 0 ? [] : [want.bytes])
    expect(got.source?.blob === null).toBe(want.bytes.length === 0)
  }
}

const key = fc.constantFrom(
  'source_b64',
  '\\u0073ource_b64',
  'source\\u005fb64',
  'source_b6',
  'source_b644',
  'branch',
  'a\\"b',
  '\\\\',
  '',
)
const space = fc.constantFrom('', '', ' ', '\n\t ')
const base64 = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64'))
const spelled = base64.map((text) => text.replaceAll('/', '\\/').replaceAll('+', '\\u002b').replaceAll('=', '\\u003D'))
const stringValue = fc.oneof(
  base64,
  spelled,
  fc.constantFrom(
    '',
    'QQ=',
    'QR==',
    'QQ==QQ==',
    'QUJD=',
    '====',
    'Q-_Q',
    'QUJD ',
    '\\n',
    '\\"',
    '\\\\',
    '\\x',
    '\\u12',
    '\u0001',
    'é',
    '\\ud83d',
  ),
)
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    stringValue.map((text) => `"${text}"`),
    fc.constantFrom('null', '5', 'true', '-1.5e3', 'tru', '{}', '[]'),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(key, space, space, tie('value')), { maxLength: 4 })
      .map(
        (members) =>
          `{${members.map(([name, before, after, text]) => `${before}"${name}"${after}:${before}${text}${after}`).join(',')}}`,
      ),
  ),
}))
const object = fc
  .array(fc.tuple(key, space, value), { maxLength: 5 })
  .map((members) => `{${members.map(([name, blank, text]) => `${blank}"${name}"${blank}:${blank}${text}`).join(',')}}`)

describe('the body of a build', () => {
  it('has the value that JSON.parse returns, in any spelling and split into any pieces', async () => {
    await fc.assert(fc.asyncProperty(fc.oneof(object, value), fc.integer({ min: 1, max: 30 }), agrees), {
      numRuns: scaled(500),
    })
  })

  it('has the value or error of JSON.parse if the text is damaged', async () => {
    const damaged = fc
      .tuple(object, fc.nat(), fc.constantFrom('', '"', '\\', ':', ',', '{', '}', '\u0000'))
      .map(([text, at, char]) => {
        const place = text.length === 0 ? 0 : at % text.length
        return text.slice(0, place) + char + text.slice(place + 1)
      })
    await fc.assert(fc.asyncProperty(damaged, fc.integer({ min: 1, max: 30 }), agrees), { numRuns: scaled(500) })
  })

  it('uses the last of several values and removes the blobs of earlier ones', async () => {
    const answer = await read('{"source_b64":"QUJD","source_b64":"REVG"}')
    expect(answer.sinks.map(({ state, bytes }) => [state, bytes.toString()])).toEqual([
      ['aborted', 'ABC'],
      ['finished', 'DEF'],
    ])
    const dropped = await read('{"source_b64":"QUJD","source_b64":null}')
    expect([dropped.kind, dropped.sinks.map(({ state }) => state)]).toEqual(['read', ['aborted']])
  })

  it('refuses invalid UTF-8, split or not', async () => {
    for (const size of [1, 2, 100]) {
      const bytes = Buffer.concat([Buffer.from('{"branch":"'), Buffer.from([0xff]), Buffer.from('"}')])
      expect((await read(bytes, size)).kind).toBe('invalid_json')
      expect((await read('{"branch":"é€😀"}', size)).kind).toBe('read')
    }
    expect((await read(Buffer.from([0x7b, 0xc3]))).kind).toBe('invalid_json')
  })

  it('refuses text with too much structure before it fills the memory', async () => {
    const text = Buffer.alloc(16 * 1024 * 1024, '[')
    const before = process.memoryUsage.rss()
    expect((await read(text, 65_536)).kind).toBe('invalid_json')
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024)
  })

  it('removes the sink when the stream is interrupted or the sink fails', async () => {
    const { sinks, openSink } = keepingSinks()
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"source_b64":"QUJD')
      throw new Error('gone')
    }
    await expect(readBuildBody(broken(), { openSink, accept: (body) => body, ...room })).rejects.toThrow('gone')
    expect(sinks.map(({ state }) => state)).toEqual(['aborted'])
    const states: string[] = []
    const full = async (): Promise<BlobSink> => ({
      write: () => Promise.reject(new Error('disk full')),
      finish: () => Promise.reject(new Error('not reached')),
      abort: async () => void states.push('aborted'),
    })
    await expect(
      readBuildBody(pieces('{"source_b64":"QUJD"}', 5), { openSink: full, accept: (body) => body, ...room }),
    ).rejects.toThrow('disk full')
    expect(states).toEqual(['aborted'])
  })

  it('the body without its source is bounded, and is not read beyond the limit', async () => {
    const { openSink } = keepingSinks()
    const options = { openSink, accept: (body: unknown) => body, held, mostText: 1000 }
    const endless = async function* (start: string) {
      yield Buffer.from(start)
      for (;;) yield Buffer.alloc(100, 'a')
    }
    for (const start of ['{"pipeline_ir":"', '{"source_b64":"QUJD","env":{"', '  '])
      await expect(readBuildBody(endless(start), options)).rejects.toMatchObject({ code: 'payload_too_large' })
    const source = Buffer.alloc(mebibyte, 'x').toString('base64')
    const read = await readBuildBody(pieces(`{"branch":"main","source_b64":"${source}"}`, 5000), options)
    expect(read).toMatchObject({ body: { branch: 'main', source_b64: '' }, source: { bytes: mebibyte } })
  })

  it('the memory of the body without its source is reported while it arrives', async () => {
    const { openSink } = keepingSinks()
    const holds: number[] = []
    const options = { openSink, accept: (body: unknown) => body, mostText: bodyLimit.buildText }
    const text = `{"pipeline_ir":"${'x'.repeat(1000)}","source_b64":"${'QUJD'.repeat(1000)}"}`
    await readBuildBody(pieces(text, 500), { ...options, held: { hold: (bytes) => holds.push(bytes) } })
    expect(holds[0]).toBe(500)
    expect(holds.at(-1)).toBe(1000 + '{"pipeline_ir":"","source_b64":""}'.length)
  })
})
