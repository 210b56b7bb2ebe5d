import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batches } from './batches.ts'
import { atBeginning, type Found, Matcher } from './matcher.ts'
import { chunksOf, type Part, piecesOf, readAll, streamOf, unlimited } from './output.test-support.ts'
import type { Piece } from './piece.ts'
import { decodeProgress } from './progress.ts'
import { createRedactor } from './redactor.ts'
import { isMaskable, type SecretForms, secretForms } from './secret-forms.ts'
import { type Batch, type CutterOptions, SpoolCutter } from './spool-cutter.ts'

/** What the log must be: every place of the text that a form covers, overlapping ones as one. Slow and plain. */
function maskedPlainly(text: Buffer, { plain, base64 }: SecretForms): Buffer {
  const covers: [number, number][] = []
  for (const form of plain)
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) covers.push([at, at + form.length])
  const joined = text.toString('latin1').replace(/[\r\n]/g, '')
  for (const form of base64.filter((it) => joined.includes(it.toString('latin1')))) {
    const letters = [...form.toString('latin1')].map((letter) => letter.replace(/\W/, '\\$&'))
    const wrapped = new RegExp(`(?=(${letters.join('[\\r\\n]{0,2}')}))`, 'g')
    for (const { index, 1: found = '' } of text.toString('latin1').matchAll(wrapped))
      covers.push([index, index + found.length])
  }
  covers.sort(([a], [b]) => a - b)
  const parts: Buffer[] = []
  let done = 0
  for (let index = 0; index < covers.length; ) {
    const [from = 0] = covers[index] ?? []
    let end = from
    while (index < covers.length && (end === from || (covers[index]?.[0] ?? 0) < end))
      end = Math.max(end, covers[index++]?.[1] ?? 0)
    parts.push(text.subarray(done, from), Buffer.from('***'))
    done = end
  }
  return Buffer.concat([...parts, text.subarray(done)])
}

function redactorOf(secrets: readonly string[]) {
  const redactor = createRedactor(secrets)
  if (redactor === null) throw new Error('nothing to mask')
  return redactor
}

/** Few letters, so that secrets overlap themselves, each other and what is around them. */
const letters = fc.constantFrom('a', 'b', 'ab', 'é', '\n', ' ', '/')
const secret = fc
  .string({ unit: letters, minLength: 4, maxLength: 12 })
  .filter((it) => isMaskable(it) && isMaskable(it.trim()))
const secrets = fc.array(secret, { minLength: 1, maxLength: 3 })

interface Told {
  readonly secrets: readonly string[]
  readonly parts: readonly Part[]
  /** After which pieces what is there is taken. */
  readonly takes: readonly boolean[]
}

/** Two streams with forms of the secrets, halves of them and other text, cut anywhere and mixed. */
const told: fc.Arbitrary<Told> = secrets.chain((known) => {
  const forms = secretForms(known)
  const form = fc.oneof(
    fc.constantFrom(...forms.plain, ...forms.base64),
    fc.tuple(fc.constantFrom(...forms.base64), fc.nat()).map(([it, at]) => brokenAt(it, at)),
  )
  const word = fc.oneof(
    form,
    fc.tuple(form, fc.nat()).map(([it, at]) => it.subarray(0, at % it.length)),
    fc.string({ unit: letters, maxLength: 6 }).map((it) => Buffer.from(it)),
  )
  const stream = fc.array(word, { maxLength: 12 }).map((words) => Buffer.concat(words))
  return fc.record({
    secrets: fc.constant(known),
    takes: fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }),
    parts: fc
      .tuple(
        stream,
        stream,
        fc.array(fc.tuple(fc.constantFrom(0 as const, 1 as const), fc.integer({ min: 1, max: 9 })), { maxLength: 60 }),
      )
      .map(([out, err, turns]) => cutUp([out, err], turns)),
  })
})

function brokenAt(form: Buffer, at: number): Buffer {
  const place = at % form.length
  return Buffer.concat([form.subarray(0, place), Buffer.from(at % 2 === 0 ? '\n' : '\r\n'), form.subarray(place)])
}

function cutUp(streams: readonly [Buffer, Buffer], turns: readonly (readonly [0 | 1, number])[]): readonly Part[] {
  const rest: [Buffer, Buffer] = [...streams]
  const parts: Part[] = []
  const cut = (kind: 0 | 1, size: number) => {
    if (rest[kind].length === 0) return
    parts.push({ kind, bytes: rest[kind].subarray(0, size) })
    rest[kind] = rest[kind].subarray(size)
  }
  for (const [kind, size] of turns) cut(kind, size)
  cut(0, rest[0].length)
  cut(1, rest[1].length)
  return parts
}

function read(parts: readonly Part[], takes: readonly boolean[], options: CutterOptions): Batch[] {
  return readAll(parts, { takes, joins: [false], ms: 200 }, options)
}

describe('any text with any secrets, cut anywhere', { timeout: 600_000 }, () => {
  test('G15 each stream is what it was but for its secrets, whose forms are masked however they are split and overlap', () => {
    fc.assert(
      fc.property(told, ({ secrets, parts, takes }) => {
        const chunks = chunksOf(read(parts, takes, { ...unlimited, redactor: redactorOf(secrets) }))
        for (const kind of [0, 1] as const)
          expect(streamOf(kind, chunks).toString('latin1')).toBe(
            maskedPlainly(streamOf(kind, parts), secretForms(secrets)).toString('latin1'),
          )
      }),
      { numRuns: scaled(80) },
    )
  })

  test('G15 no chunk has a secret in it, not even while its rest is still to come', () => {
    fc.assert(
      fc.property(told, ({ secrets, parts, takes }) => {
        const chunks = chunksOf(read(parts, takes, { ...unlimited, redactor: redactorOf(secrets) }))
        const longest = Math.max(...secrets.map((it) => Buffer.byteLength(it)))
        for (const kind of [0, 1] as const) {
          const text = streamOf(kind, chunks)
          for (const it of secrets) if (!'***'.includes(it)) expect(text.includes(it), `${longest}`).toBe(false)
        }
      }),
      { numRuns: scaled(40) },
    )
  })

  test('G02 G15 from any position that was stored another process goes on: nothing twice, nothing missing, nothing leaked', () => {
    fc.assert(
      fc.property(told, fc.array(fc.boolean(), { minLength: 1 }), ({ secrets, parts, takes }, takesLater) => {
        const redactor = redactorOf(secrets)
        const batches = read(parts, takes, { ...unlimited, redactor })
        for (const [index, { position }] of batches.entries()) {
          const before = chunksOf(batches.slice(0, index + 1))
          const later = read(parts, takesLater, { ...unlimited, redactor, progress: decodeProgress(position) })
          const all = [...before, ...chunksOf(later)]
          for (const kind of [0, 1] as const)
            expect(streamOf(kind, all).toString('latin1')).toBe(
              maskedPlainly(streamOf(kind, parts), secretForms(secrets)).toString('latin1'),
            )
        }
      }),
      { numRuns: scaled(40) },
    )
  })

  test('G15 a long secret is one mask, in every form and wherever it is cut', () => {
    const long = fc.string({
      unit: fc.constantFrom('a', 'b', 'é', '"', '/', ' ', '\\'),
      minLength: 100,
      maxLength: 500,
    })
    const form = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => JSON.stringify(text).slice(1, -1),
      encodeURIComponent,
      (text) => Buffer.from(text).toString('base64'),
      (text) => Buffer.from(text).toString('base64url'),
    )
    const cuts = fc.array(fc.tuple(fc.constant(0 as const), fc.integer({ min: 1, max: 200 })), { maxLength: 10 })
    fc.assert(
      fc.property(long, form, cuts, (text, write, turns) => {
        const secret = `!${text}!`
        const parts = cutUp([Buffer.from(`<<${write(secret)}>>`), Buffer.alloc(0)], turns)
        const chunks = chunksOf(read(parts, [true], { ...unlimited, redactor: redactorOf([secret]) }))
        expect(String(streamOf(0, chunks))).toBe('<<***>>')
      }),
      { numRuns: scaled(40) },
    )
  })

  test('the matcher tells of every place where a pattern ends, the longest one, wherever its text is cut', () => {
    const word = fc.uint8Array({ min: 97, max: 99, minLength: 2, maxLength: 6 })
    const text = fc.uint8Array({ min: 97, max: 99, maxLength: 40 })
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), text, fc.nat(40), (patterns, bytes, cut) => {
        const matcher = new Matcher(patterns)
        const first = bytes.subarray(0, cut)
        const [found, later]: [Found[], Found[]] = [[], []]
        const place = matcher.scan(bytes.subarray(cut), matcher.scan(first, atBeginning, found), later)
        const ends = [...found, ...later.map(({ end, length }) => ({ end: first.length + end, length }))]
        const seen = ends.map(({ end, length }) => [end, length])
        const lengths = patterns.map((it) => it.length)
        const endsWith = (end: number, it: Uint8Array, size = it.length) =>
          end >= size && Buffer.from(bytes.subarray(end - size, end)).equals(it.subarray(0, size))
        const expected: [number, number][] = []
        for (let end = 1; end <= bytes.length; end++) {
          const longest = Math.max(0, ...patterns.filter((it) => endsWith(end, it)).map((it) => it.length))
          if (longest > 0) expected.push([end, longest])
        }
        expect(seen).toEqual(expected)
        const open = Math.max(...lengths)
        let depth = 0
        for (let size = 1; size <= open; size++)
          if (patterns.some((it) => it.length >= size && endsWith(bytes.length, it, size))) depth = size
        expect(matcher.held(place)).toBe(depth)
      }),
      { numRuns: scaled(100) },
    )
  })
})

describe('forms', () => {
  const value = 'pä ss/w+rd?&="<x>\\'
  const redacted = (text: string, ...known: string[]) => redactorOf(known.length > 0 ? known : [value]).text(text)

  test('G15 Base64 of a text that the secret is in, at any place of a group, in both alphabets, padded or not', () => {
    for (const alphabet of ['base64', 'base64url'] as const) {
      for (const before of ['', 'x', 'xx', 'xxx']) {
        for (const after of ['', 'y', 'yy', 'yyy']) {
          for (const known of [value, 'abcd', '>>>???>>>', 'ÿÿÿÿÿ']) {
            const encoded = Buffer.from(`${before}${known}${after}`).toString(alphabet)
            for (const text of [encoded, encoded.replace(/=+$/, '')]) {
              const shown = redacted(`-${text}-`, known)
              // All letters but one at each end that is of the neighbour too.
              const from = Math.ceil((before.length * 8) / 6)
              const rest = text.slice(Math.floor(((before.length + Buffer.byteLength(known)) * 8) / 6))
              const [head, tail, ...more] = shown.split('***')
              expect([head, more]).toEqual([`-${text.slice(0, from)}`, []])
              expect(`${rest}-`.endsWith(tail ?? ''), shown).toBe(true)
              if (before === '' && after === '') expect(shown).toBe('-***-')
            }
          }
        }
      }
    }
  })

  test('G15 what URLs make of it, in capitals or not', () => {
    const lower = (text: string) => text.replace(/%../g, (hex) => hex.toLowerCase())
    const forms = [encodeURIComponent(value), encodeURI(value), new URLSearchParams({ x: value }).toString().slice(2)]
    for (const form of forms) for (const text of [form, lower(form)]) expect(redacted(`?a=${text}&b`)).toBe('?a=***&b')
  })

  test('G15 what JSON makes of it, escaped more or less', () => {
    const plain = JSON.stringify({ value })
    const ascii = plain.replaceAll('ä', '\\u00e4')
    const html = plain.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026')
    for (const text of [plain, ascii, plain.replaceAll('/', '\\/'), ascii.replaceAll('/', '\\/'), html])
      expect(redacted(text)).toBe('{"value":"***"}')
  })

  test('G15 each line of a long secret, and the whole of it', () => {
    const key = `-----BEGIN-----\r\n${'A1b2C3d4'.repeat(8)}\n${'x'.repeat(310)}Z\nshort\n-----END-----\n`
    const text = key.split(/\r?\n/).join('\n  ')
    expect(redacted(text, key)).toBe('***\n  ***\n  ***\n  short\n  ***\n  ')
    for (const form of [
      key,
      JSON.stringify(key).slice(1, -1),
      encodeURIComponent(key),
      Buffer.from(key).toString('base64'),
    ])
      expect(redacted(`<${form}>`, key)).toBe('<***>')
  })

  test('G15 a key, printed as it is, indented, or in one line of JSON', () => {
    const lines = [
      '-----BEGIN KEY-----',
      ...Array.from({ length: 20 }, (_, n) => `${n}/${'aB3+'.repeat(16)}`),
      '-----END KEY-----',
    ]
    const key = `${lines.join('\n')}\n`
    const masks = (between: string) => lines.map(() => '***').join(between)
    expect(redacted(key, key)).toBe(`${masks('\n')}\n`)
    expect(redacted(lines.join('\r\n    '), key)).toBe(masks('\r\n    '))
    expect(redacted(JSON.stringify({ key }), key)).toBe(`{"key":"${masks('\\n')}\\n"}`)
    expect(redacted(`<${Buffer.from(key).toString('base64')}>`, key)).toBe('<***>')
  })

  test('a value shorter than 4 bytes is not masked, and neither is nothing', () => {
    expect(createRedactor(['', 'abc', '  a  ', '\n'])?.text('abc')).toBe('abc')
    expect(createRedactor(['', 'abc'])).toBeNull()
    expect([isMaskable('abc'), isMaskable('abcd'), isMaskable('éé')]).toEqual([false, true, true])
  })
})

describe('holding back', () => {
  const secret = 'sesame-open'
  const cutter = () => new SpoolCutter({ ...unlimited, redactor: redactorOf([secret]) })
  const shown = (batch: Batch | null) => batch?.chunks.map(({ content }) => String(content)).join('') ?? null

  test('G15 a secret in two halves an hour apart is masked, and only what may begin one waits', () => {
    const it = cutter()
    const [first, second, third] = piecesOf(
      ['word s', 'esame-', 'open.'].map((text) => ({ kind: 0, bytes: Buffer.from(text) })),
    )
    if (first === undefined || second === undefined || third === undefined) throw new Error('no pieces')
    it.push(first, 0)
    expect(shown(it.take(0))).toBe('word ')
    expect(it.halfSince).toBeNull()
    it.push(second, 1_000)
    expect(it.take(10_000)).toBeNull()
    it.push(third, 3_600_000)
    expect(shown(it.take(3_600_000))).toBe('***.')
  })

  test('what only looked like one comes when that is known, and at the end at the latest', () => {
    const it = cutter()
    const [first, second] = piecesOf(['sesame', '-closed s'].map((text) => ({ kind: 0, bytes: Buffer.from(text) })))
    if (first === undefined || second === undefined) throw new Error('no pieces')
    it.push(first, 0)
    expect(it.take(0)).toBeNull()
    it.push(second, 1)
    expect(shown(it.take(1))).toBe('sesame-closed ')
    expect(shown(it.end())).toBe('s')
  })

  test('what waits on one stream does not keep back the other, nor costs turns of waiting', async () => {
    async function* output(): AsyncGenerator<Piece> {
      const parts: Part[] = [{ kind: 0, bytes: Buffer.from('sesa') }]
      for (let count = 0; count < 30; count++) parts.push({ kind: 1, bytes: Buffer.alloc(65_536, 'x') })
      yield* piecesOf([...parts, { kind: 0, bytes: Buffer.from('me!') }])
    }
    const found: Batch[] = []
    for await (const batch of batches(output, { ...unlimited, redactor: redactorOf([secret]) })) found.push(batch)
    const chunks = chunksOf(found)
    expect(streamOf(1, chunks).length).toBe(30 * 65_536)
    expect(String(streamOf(0, chunks))).toBe('sesame!')
    expect(chunks.at(-1)?.kind).toBe(0)
  })

  test('a secret that goes on for ever takes no memory', () => {
    const it = new SpoolCutter({ ...unlimited, redactor: redactorOf(['aaaa']) })
    const parts: Part[] = Array.from({ length: 64 }, () => ({ kind: 0, bytes: Buffer.alloc(65_536, 'a') }))
    for (const piece of piecesOf([...parts, { kind: 0, bytes: Buffer.from('b') }])) it.push(piece, 0)
    expect(shown(it.take(0))).toBe('***b')
  })
})
