import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { chance, scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compressAside, receiveAside } from './blob-threads.ts'
import { archiveOptions, compareArchives, firstDifference } from './compare-trees.ts'
import { ImageMounts } from './image-mounts.ts'
import { runJailed } from './jail.ts'
import { compressImage, type LayerBlob, receiveImage } from './layer-blob.ts'
import { checkImage, makeImage } from './make-image.ts'
import { surveyLayer } from './survey-layer.ts'

let root: string
let layer: string
beforeEach(async () => {
  root = await mkdtemp('/var/tmp/harmont-images-')
  layer = join(root, 'layer')
  await mkdir(join(layer, 'd'), { recursive: true })
  await writeFile(join(layer, 'file'), 'content\n'.repeat(2_000))
  await writeFile(join(layer, 'd', 'other'), 'other\n')
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function image(): Promise<string> {
  return makeImage(layer, await surveyLayer(layer), root, false)
}

/** Returns an image's blob, as a source sends it. */
async function blobOf(file: string): Promise<{ readonly blob: LayerBlob; readonly bytes: Buffer }> {
  const target = join(root, 'blob')
  await rm(target, { force: true })
  const blob = await compressImage(file, target)
  return { blob, bytes: await readFile(target) }
}

/** Receives and checks a blob, as a runner does. */
async function take(bytes: Buffer, expected: LayerBlob): Promise<void> {
  const target = { blob: join(root, 'taken.blob'), image: join(root, 'taken.image') }
  try {
    await receiveImage(Readable.from([bytes.subarray(0, 900), bytes.subarray(900)]), expected, target)
    await checkImage(target.image, root, false)
  } finally {
    for (const path of [target.blob, target.image]) await rm(path, { force: true })
  }
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return changed
}

describe('G25 a received image', () => {
  it('is accepted as it was sent', async () => {
    const { blob, bytes } = await blobOf(await image())
    await take(bytes, blob)
  })

  it('is refused with any bit flipped, in transit or at its source', async () => {
    const file = await image()
    const { blob, bytes } = await blobOf(file)
    const { between } = chance()
    const bits = Array.from({ length: scaled(40) }, () => between(0, bytes.length * 8 - 1))
    // The head of the stream is included, where some bits do not affect the unpacked content.
    for (const bit of [...Array.from({ length: 64 }, (_, at) => at), ...bits])
      await expect(take(flipped(bytes, bit), blob), `bit ${bit}`).rejects.toMatchObject({ name: 'ImageRefused' })
    const whole = await readFile(file)
    for (let left = scaled(20); left > 0; left--) {
      await writeFile(file, flipped(whole, between(0, whole.length * 8 - 1)))
      await expect(take((await blobOf(file)).bytes, blob)).rejects.toMatchObject({ name: 'ImageRefused' })
    }
  })

  it('is refused if it is cut off, too long, or larger than declared, or if its digest differs', async () => {
    const { blob, bytes } = await blobOf(await image())
    await expect(take(bytes.subarray(0, -1), blob)).rejects.toThrow('damaged')
    await expect(take(Buffer.concat([bytes, bytes]), blob)).rejects.toThrow('larger than declared')
    await expect(take(bytes, { ...blob, bytes: blob.bytes - 1 })).rejects.toThrow('more than declared')
    await expect(take(bytes, { ...blob, bytes: blob.bytes + 1 })).rejects.toThrow('size is not as declared')
    await expect(take(bytes, { ...blob, digest: `sha256:${'0'.repeat(64)}` })).rejects.toThrow(blob.digest)
  })

  it('is refused for its content, although its digest is right', async () => {
    const file = await image()
    const whole = await readFile(file)
    const sent = async (changed: Buffer) => {
      await writeFile(file, changed)
      const { blob, bytes } = await blobOf(file)
      await take(bytes, blob)
    }
    const compressed = Buffer.from(whole)
    compressed.writeUInt32LE(1, 1024 + 80)
    await expect(sent(compressed)).rejects.toThrow('unknown features')
    await expect(sent(whole.subarray(0, -4096))).rejects.toThrow('cut off')
    await expect(sent(Buffer.from('no image'))).rejects.toThrow('not an EROFS image')
    const noRoot = Buffer.from(whole)
    noRoot.writeUInt16LE(60_000, 1024 + 14)
    await expect(sent(noRoot)).rejects.toThrow('fsck.erofs found it damaged')
  })

  it('passes on the error of a source that breaks off', async () => {
    const { blob, bytes } = await blobOf(await image())
    async function* broken() {
      yield bytes.subarray(0, 50)
      throw new Error('the link was cut')
    }
    const target = { blob: join(root, 'b'), image: join(root, 'i') }
    await expect(receiveImage(Readable.from(broken()), blob, target)).rejects.toThrow('the link was cut')
  })
})

describe('G25 a large image, which threads compress and unpack', () => {
  const target = () => ({ blob: join(root, 'b'), image: join(root, 'i') })
  /** Writes 70 MB that are no image, with the same blob as in this thread. */
  async function large(): Promise<{ readonly file: string; readonly blob: LayerBlob; readonly bytes: Buffer }> {
    const file = join(root, 'large')
    await writeFile(file, Buffer.alloc(70 * 1024 ** 2, randomBytes(8 * 1024 ** 2)))
    return { file, ...(await blobOf(file)) }
  }
  /** Cuts bytes as a connection does. */
  const pieces = (bytes: Buffer) =>
    Readable.from(
      Array.from({ length: Math.ceil(bytes.length / 16_384) }, (_, at) =>
        bytes.subarray(at * 16_384, (at + 1) * 16_384),
      ),
    )

  it('arrives as it was, as the same blob', async () => {
    const { file, blob, bytes } = await large()
    expect(await compressAside(file, join(root, 'other'))).toEqual(blob)
    await receiveAside(pieces(bytes), blob, target())
    expect((await readFile(target().image)).equals(await readFile(file))).toBe(true)
    expect((await readFile(target().blob)).equals(bytes)).toBe(true)
  })

  it('is refused for the reasons of a small one', async () => {
    const { blob, bytes } = await large()
    const receive = async (sent: Buffer, expected: LayerBlob) => {
      await rm(target().blob, { force: true })
      await rm(target().image, { force: true })
      await receiveAside(pieces(sent), expected, target())
    }
    const refused = { name: 'ImageRefused' }
    await expect(receive(bytes.subarray(0, -1), blob)).rejects.toMatchObject(refused)
    await expect(receive(flipped(bytes, 8 * 100_000), blob)).rejects.toMatchObject(refused)
    await expect(receive(Buffer.concat([bytes, bytes]), blob)).rejects.toThrow('larger than declared')
    await expect(receive(bytes, { ...blob, digest: `sha256:${'0'.repeat(64)}` })).rejects.toThrow(blob.digest)
  })

  it('passes on the errors of its source and of the disk', async () => {
    const { file, blob, bytes } = await large()
    async function* broken() {
      yield* pieces(bytes.subarray(0, 300_000))
      throw new Error('the link was cut')
    }
    await expect(receiveAside(Readable.from(broken()), blob, target())).rejects.toThrow('the link was cut')
    const lost = { ...target(), image: join(root, 'missing', 'i') }
    await rm(target().blob, { force: true })
    await expect(receiveAside(pieces(bytes), blob, lost)).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open' })
    await expect(compressAside(file, join(root, 'missing', 'b'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('a program that reads files of steps', () => {
  it('has two capabilities and no network, and can neither mount nor write', async () => {
    const script = `grep CapEff /proc/self/status; tail -n +3 /proc/net/dev | cut -d: -f1; cat /layer/secret
      mount -t tmpfs none /dev || echo no mount; unshare -m true || echo no namespace; echo x >/layer/new || echo no write`
    await writeFile(join(layer, 'secret'), 'read\n', { mode: 0 })
    const said = await runJailed(
      root,
      {
        args: ['sh', '-c', `{ ${script}; } 2>/dev/null`],
        binds: [{ source: layer, target: '/layer' }],
        rights: 'read',
        isIdle: true,
      },
      text,
    )
    expect(said).toBe('CapEff:\t0000000000200004\n    lo\nread\nno mount\nno namespace\nno write\n')
    expect((await readdir(root)).sort()).toEqual(['layer'])
  })

  it('without rights is an ordinary user', async () => {
    await writeFile(join(layer, 'secret'), '', { mode: 0 })
    const args = ['sh', '-c', 'grep -E "CapEff|^Uid" /proc/self/status; cat /layer/secret || echo no']
    const binds = [{ source: layer, target: '/layer' }]
    const said = await runJailed(root, { args, binds, rights: 'none', isIdle: false }, text)
    expect(said).toMatch(/^Uid:\t65534.*\nCapEff:\t0{16}\nno\n$/)
  })
})

describe('the comparison of an image with its layer', () => {
  const archive = (directory: string) =>
    spawn('tar', [...archiveOptions, '.'], { cwd: directory }).stdout.pipe(new PassThrough())
  const differences: readonly (readonly [string, string, string])[] = [
    ['a byte', 'printf X | dd of=file bs=1 seek=9000 conv=notrunc status=none; touch -r ../layer/file file', './file'],
    ['a nanosecond', 'touch -d @1.000000001 d/other', './d/other'],
    ['a mode', 'chmod 4644 file', './file'],
    ['an owner', 'chown 7 file', './file'],
    ['a missing name', 'rm d/other; touch -r ../layer/d d', './d/other'],
    ['an additional name', 'echo >d/new; touch -r ../layer/d d', './d/other'],
    ['a link in place of a name', 'rm d/other; ln file d/other; touch -r ../layer/d d', './d/other'],
    ['an attribute', `python3 -c 'import os; os.setxattr("d", "trusted.overlay.opaque", b"y")'`, './d/'],
    ['a device number', 'rm w; mknod w c 1 3; touch -r ../layer/w w; touch -r ../layer .', './w'],
  ]
  it.each(differences)('detects %s', async (_, change, path) => {
    execFileSync('sh', ['-euc', 'touch -d @1 d/other; mknod w c 0 0; touch -d @1 . d w; cp -a . ../copy'], {
      cwd: layer,
    })
    const copy = join(root, 'copy')
    expect(await firstDifference(root, false, layer, copy)).toBeUndefined()
    expect(await compareArchives(archive(layer), archive(copy))).toBeUndefined()
    execFileSync('sh', ['-euc', change], { cwd: copy })
    expect(await firstDifference(root, false, layer, copy)).toBe(path)
    // An archive that ends early is not considered equal.
    await expect(compareArchives(archive(layer), createReadStream('/dev/null'))).rejects.toThrow('without an end')
  })
})

it('attributes that were set in a different order are not a difference', async () => {
  const set = (place: string, names: string) =>
    execFileSync('python3', ['-c', `import os\nfor name in "${names}": os.setxattr("d", "user." + name, b"1")`], {
      cwd: place,
    })
  const copy = join(root, 'copy')
  execFileSync('cp', ['-a', layer, copy])
  set(layer, 'ab')
  set(copy, 'ba')
  expect(await firstDifference(root, false, layer, copy)).toBeUndefined()
})

it('trees that cannot be read are not considered equal', async () => {
  const file = join(layer, 'file')
  await expect(firstDifference(root, false, file, file)).rejects.toMatchObject({ name: 'ToolFailed' })
})

it('a difference at the beginning of a large tree ends the programs that read it', async () => {
  await writeFile(join(layer, 'large'), Buffer.alloc(3 << 20))
  await mkdir(join(root, 'other'), { mode: 0o700 })
  expect(await firstDifference(root, false, layer, join(root, 'other'))).toBe('./')
})

describe('mounted images', () => {
  const noLaunchers = async () => {}

  it.each(['file', 'loop'] as const)(
    'by %s are shared with launchers, bypass the cache of files, and leave nothing',
    async (kind) => {
      const directory = join(root, 'mounts')
      const mounts = await ImageMounts.open(directory, noLaunchers, [kind])
      if (mounts === undefined) throw new Error(`this machine has no images by ${kind}`)
      await mounts.mount(await image(), 'one')
      expect(await readFile(join(directory, 'one', 'd', 'other'), 'utf8')).toBe('other\n')
      const info = execFileSync(
        'findmnt',
        ['--noheadings', '--output', 'SOURCE,PROPAGATION,OPTIONS', join(directory, 'one')],
        { encoding: 'utf8' },
      )
      expect(info).toMatch(/shared/)
      if (kind === 'file') expect(info).toMatch(/directio/)
      else
        expect(
          execFileSync('losetup', ['--noheadings', '--output', 'DIO', info.split(' ')[0] ?? ''], {
            encoding: 'utf8',
          }).trim(),
        ).toBe('1')
      // Represents the next process after a kill.
      const next = await ImageMounts.open(directory, noLaunchers, [kind])
      expect(next?.names()).toEqual(['one'])
      await next?.close()
      expect(await readdir(directory)).toEqual([])
      expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(root)
      expect((await readdir(root)).sort()).toEqual(['image', 'layer', 'mounts'])
    },
  )

  it('are usable once no launcher is left from before the directory was made private and shared again', async () => {
    const directory = join(root, 'mounts')
    const launchers = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const usable: string[] = []
    const mounts = await ImageMounts.open(directory, () => {
      asked.resolve()
      return launchers.promise
    })
    if (mounts === undefined) throw new Error('this machine mounts no images')
    const file = await image()
    execFileSync('mount', ['--make-private', directory])
    const mounted = ['one', 'two'].map(async (name) => {
      await mounts.mount(file, name)
      usable.push(name)
    })
    await asked.promise
    // Both are mounted, and the directory is shared again.
    await until(
      () => readFile('/proc/self/mountinfo', 'utf8'),
      (text) => text.includes(`${directory}/one`) && text.includes(`${directory}/two`),
    )
    // A third mount finds the directory shared, and must wait nevertheless.
    const third = mounts.mount(file, 'three').then(() => usable.push('three'))
    await until(
      () => readFile('/proc/self/mountinfo', 'utf8'),
      (text) => text.includes(`${directory}/three`),
    )
    await new Promise(setImmediate)
    expect(usable).toEqual([])
    launchers.resolve()
    await Promise.all([...mounted, third])
    expect(usable).toHaveLength(3)
    await mounts.close()
  })

  it('do not exist if the kernel cannot mount them', async () => {
    expect(await ImageMounts.open(join(root, 'mounts'), noLaunchers, [])).toBeUndefined()
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(root)
    expect((await stat(join(root, 'mounts'))).isDirectory()).toBe(true)
  })
})
