import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { effort } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { awkwardPlaces, awkwardSteps } from '../../conformance/awkward.ts'
import { command, finish, outputUntil } from '../../conformance/bench.ts'
import { treeOf } from '../../conformance/tree.ts'
import type { Snapshot } from '../sandbox-driver.ts'
import { carry, chain, formOf, openRunner, type Runner, sourcesOf, sourceTree } from './layers.test-support.ts'

/** `npm test` runs only the cases that no other test covers. */
const full = it.skipIf(effort < 5)

let root: string
let here: Runner
let there: Runner
beforeAll(async () => {
  root = await mkdtemp('/var/tmp/harmont-layers-')
  here = await openRunner(join(root, 'here'))
  there = await openRunner(join(root, 'there'))
})
afterAll(async () => {
  await here.close()
  await there.close()
  await rm(root, { recursive: true, force: true })
})

/** Runs scripts one after another, and replaces the directory of each result by an image. */
async function imaged(scripts: readonly string[]): Promise<readonly Snapshot[]> {
  const made = await chain(here, scripts)
  for (const { id } of made) await here.exchange.export(id, 'erofs', 'now')
  await here.exchange.replaceDirectories()
  for (const { id } of made) expect(await formOf(here, id)).toBe('image')
  return made
}

/** More file system states that are hard to keep. */
const hardStep = `set -e
  cp /bin/cat privileged; setcap cap_net_raw+ep privileged; echo secret >for-root; chmod 600 for-root; chown 7:8 for-root
  python3 -c 'import os, socket
socket.socket(socket.AF_UNIX).bind("socket"); os.mkfifo("pipe", 0o604); os.chmod("socket", 0o705)
os.utime("socket", ns=(0, 1234567890123456789))
for name, ns in [("before", -1500000000), ("epoch", 0), ("far", 4102444800123456789)]:
    open(name, "w").close(); os.utime(name, ns=(ns, ns))
for n in range(3): os.setxattr("far", f"user.{n}" * 9, os.urandom(900) * n)
os.symlink("x" * 4000, "long-link"); open("tail", "wb").write(os.urandom(4097))
for n in range(900): os.link("tail", "tail-%d" % n)'`

describe('G04 a layer as an image', () => {
  full('shows a step the same files as its directory, on both runners, and so does an archive', async () => {
    const made = await chain(here, [hardStep, ...awkwardSteps])
    const last = made.at(-1)?.id ?? ''
    const places = ['/workspace/before', '/workspace/socket', ...awkwardPlaces]
    const tree = await treeOf(here.bench, last, places)
    const digest = await here.driver.snapshots.changedFilesDigest(last)
    const other = await openRunner(join(root, 'other'))
    for (const snapshot of made) expect(await carry(here, there, snapshot.id, 'erofs')).toMatchObject({ form: 'erofs' })
    for (const snapshot of made) await carry(there, other, snapshot.id, 'tar')
    expect((await here.exchange.replaceDirectories()).length).toBe(made.length)
    expect(await treeOf(here.bench, last, places)).toBe(tree)
    expect(await treeOf(there.bench, last, places)).toBe(tree)
    // An archive cannot contain a socket.
    const withoutSocket = tree.replaceAll(/^b'\/workspace\/socket' .*\n/gm, '')
    expect(withoutSocket).not.toBe(tree)
    const asArchive = await treeOf(other.bench, last, places)
    expect(asArchive.replace('/workspace/socket is absent\n', '')).toBe(withoutSocket)
    for (const runner of [there, other]) expect(await runner.driver.snapshots.changedFilesDigest(last)).toBe(digest)
    await other.close()
  })

  full('keeps the effect of capabilities, owners and whiteouts', async () => {
    const [first, second] = await imaged([hardStep, 'rm for-root; rm -r /usr/share/doc/bash; chown 1000 tail'])
    const asUser = 'setpriv --reuid=1000 --regid=1000 --clear-groups'
    const verify = 'setcap -v cap_net_raw+ep privileged && ./privileged for-root'
    expect(await here.bench.print(verify, { from: first?.id ?? '' })).toBe('privileged: OK\nsecret\n')
    const seen = `${asUser} sh -c 'echo x >>tail && stat -c "%s %u:%g" tail; ls for-root /usr/share/doc/bash'`
    const output = await here.bench.print(seen, { from: second?.id ?? '' })
    expect(output).toMatch(/^4099 1000:0\n/)
    expect(output.match(/No such file/g)).toHaveLength(2)
  })

  full('has inode numbers by which a program can distinguish its files', async () => {
    const [, last] = await imaged([
      'mkdir d; for i in $(seq 50); do echo >d/a$i; done',
      'for i in $(seq 50); do echo >d/b$i; done',
    ])
    const listed = await here.bench.print('stat -c "%d %i" d/* d . /usr/bin/*', { from: last?.id ?? '' })
    const files = listed
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
    expect(files.length).toBeGreaterThan(100)
    for (const [, inode] of files) expect(Number.isSafeInteger(Number(inode))).toBe(true)
    expect(new Set(files.slice(0, 102).map((file) => file.join())).size).toBe(102)
    // A file keeps its inode number when it is written to.
    expect(
      await here.bench.print('a=$(stat -c %i d/a1); echo x >>d/a1; [ $a = $(stat -c %i d/a1) ] && echo same', {
        from: last?.id ?? '',
      }),
    ).toBe('same\n')
  })

  full('leaves holes out, and is replaced by an archive if it has too many of them', async () => {
    const some = await here.bench.step('truncate -s 80M sparse; echo end >>sparse')
    const many = await here.bench.step('truncate -s 20G sparse; echo end >>sparse')
    expect(await carry(here, there, some.id, 'erofs')).toMatchObject({ form: 'erofs' })
    const image = join(there.layout.snapshots, some.id, 'image')
    expect((await stat(image)).size).toBeLessThan(1 << 20)
    expect(await there.bench.print('tail -c 4 sparse; stat -c %s sparse', { from: some.id })).toBe('end\n83886084\n')
    const blob = await carry(here, there, many.id, 'erofs')
    expect(blob).toMatchObject({ form: 'tar', insteadOfImage: expect.stringContaining('8 GiB of holes') })
    expect(blob.blobBytes).toBeLessThan(1 << 20)
    expect(await there.bench.print('tail -c 4 sparse; stat -c %s sparse', { from: many.id })).toBe('end\n21474836484\n')
  })

  full('of the same files has the same bytes each time', async () => {
    const { id } = await here.bench.step(hardStep)
    const blob = await here.exchange.export(id, 'erofs', 'now')
    await rm(join(here.layout.snapshots, id, 'image'))
    await rm(join(here.layout.snapshots, id, 'blobs'), { recursive: true })
    expect(await here.exchange.export(id, 'erofs', 'now')).toEqual(blob)
  })

  it('is compressed again if its blob was shortened by a power failure', async () => {
    const { id } = await here.bench.step('echo 1 >a')
    const blob = await here.exchange.export(id, 'erofs', 'now')
    const file = join(here.layout.snapshots, id, 'blobs', 'erofs')
    await truncate(file, 10)
    expect(await here.exchange.export(id, 'erofs', 'now')).toEqual(blob)
    expect((await stat(file)).size).toBe(blob.blobBytes)
  })

  it('with a changed file of the same size and time is not mistaken for its parent', async () => {
    const write = (text: string) => `echo ${text} >f; touch -d @1000000000 f . `
    const [, same, changed] = await imaged([write('old'), 'touch -d @1000000000 .', write('new')])
    const digests = [same, changed].map((made) => here.driver.snapshots.changedFilesDigest(made?.id ?? ''))
    const [ofNothing, ofChange] = await Promise.all(digests)
    expect(ofChange).not.toBe(ofNothing)
    const fresh = await chain(there, [write('old'), 'touch -d @1000000000 .', write('new')])
    expect(await there.driver.snapshots.changedFilesDigest(fresh[2]?.id ?? '')).toBe(ofChange)
    expect(await there.driver.snapshots.changedFilesDigest(fresh[1]?.id ?? '')).toBe(ofNothing)
  })

  full('with a directory renamed over another one counts as a change of all its content', async () => {
    const first = 'mkdir dist build; for d in dist build; do echo $d >$d/f; touch -d @1000000000 $d/f $d; done'
    const move = `rm -r dist; python3 -c 'import os; os.rename("build", "dist")'`
    const [, moved] = await imaged([first, move])
    const [, fresh] = await chain(there, [first, move])
    expect(await here.driver.snapshots.changedFilesDigest(moved?.id ?? '')).toBe(
      await there.driver.snapshots.changedFilesDigest(fresh?.id ?? ''),
    )
  })
})

describe('G04 a layer on another runner', () => {
  it('is seen by steps although another program made the mounts private, also by steps that start meanwhile', async () => {
    const runner = await openRunner(join(root, 'private'))
    const [first, second] = await chain(here, ['echo 1 >f', 'echo 2 >g'])
    if (first === undefined || second === undefined) throw new Error('no snapshots were made')
    await carry(here, runner, first.id, 'erofs')
    expect(await runner.bench.print('cat f', { from: first.id })).toBe('1\n')
    // Done by programs that change mounts without a namespace of their own, for the whole machine.
    execFileSync('mount', ['--make-private', runner.layout.mounts])
    const meanwhile = Array.from({ length: 4 }, () => runner.bench.print('cat f', { from: first.id }))
    await carry(here, runner, second.id, 'erofs')
    expect(await runner.bench.print('cat f g', { from: second.id })).toBe('1\n2\n')
    expect(await Promise.all(meanwhile)).toEqual(Array.from({ length: 4 }, () => '1\n'))
    await runner.close()
  })

  it('has the source and the inputs of its step, so that the next sync removes files that the source no longer has', async () => {
    const given = await here.bench.step('echo given >gone.c; echo kept >kept')
    const inputs = [{ snapshot: given.id, path: 'kept', into: '' }]
    const first = await here.bench.create({ inputs })
    await first.syncSource(await sourceTree(here, { 'gone.c': 'gone', 'same.c': 'same', kept: 'the source’s' }))
    await finish(await first.start(command('touch built')))
    const snapshot = await first.snapshot({ cache: null, origin: {} })
    for (const id of await here.exchange.layersOf(snapshot.id)) await carry(here, there, id, 'erofs')
    const child = await there.bench.create({ from: snapshot.id })
    await child.syncSource(await sourceTree(there, { 'same.c': 'same', kept: 'other' }))
    const { stdout } = await finish(await child.start(command('ls; cat kept')))
    expect(stdout).toBe('built\nkept\nsame.c\nkept\n')
    for (const sandbox of [first, child]) await sandbox.destroy()
  })

  it('is refused if its ids or its date are invalid', async () => {
    const { id } = await here.bench.step('echo 1 >a')
    const layer = await here.exchange.pack(id, 'erofs', 'now')
    const arrival = { sources: sourcesOf(there), open: () => here.exchange.read(layer, layer.blob.digest) }
    for (const wrong of [{ id: '../../x' }, { layers: [id, '../x'] }, { createdAt: 'then' }])
      await expect(there.exchange.import({ ...layer, ...wrong }, arrival)).rejects.toThrow('was refused')
  })
})

describe('G04 a runner with images', () => {
  full('starts sandboxes on layers of both kinds, and provides one layer’s files to another step', async () => {
    const [first] = await imaged(['mkdir out; echo 1 >out/a; ln out/a out/b'])
    const second = await here.bench.step('echo 2 >b; rm out/b', { from: first?.id ?? '' })
    const third = await here.bench.step('echo 3 >c', { from: second.id })
    await here.exchange.export(third.id, 'erofs', 'now')
    await here.exchange.replaceDirectories()
    expect(await formOf(here, third.id)).toBe('image')
    expect(await formOf(here, second.id)).toBe('directory')
    expect(await here.bench.print('cat out/a b c; ls out', { from: third.id })).toBe('1\n2\n3\na\n')
    const given = {
      inputs: [
        { snapshot: third.id, path: 'out', into: 'in' },
        { snapshot: second.id, path: 'b', into: '' },
      ],
    }
    expect(await here.bench.print('cat in/out/a b; echo more >>in/out/a', given)).toBe('1\n2\n')
    expect(await here.bench.print('cat out/a', { from: third.id })).toBe('1\n')
    expect(await here.driver.snapshots.filesDigest(third.id, 'out')).toBe(
      await here.driver.snapshots.filesDigest(second.id, 'out'),
    )
  })

  full('keeps a directory as long as sandboxes use it, and replaces it afterwards', async () => {
    const { id } = await here.bench.step('echo 1 >a; echo 2 >b')
    const { sandbox, running } = await here.bench.start(
      'echo up; until [ -e go ]; do cat a >/dev/null; sleep 0.1; done; cat b',
      { from: id },
    )
    await outputUntil(running, /up/)
    await here.exchange.export(id, 'erofs', 'now')
    expect(await here.exchange.replaceDirectories()).toEqual([])
    expect(await here.bench.print('cat b', { from: id })).toBe('2\n')
    await sandbox.destroy()
    expect(await here.exchange.replaceDirectories()).toEqual([id])
    expect(await here.bench.print('cat a b', { from: id })).toBe('1\n2\n')
  })

  full('counts the space of images, and removes them with their mounts', async () => {
    const [made] = await imaged(['head -c 3M /dev/urandom >r'])
    const id = made?.id ?? ''
    const bytes = await here.driver.snapshots.ownBytes(id)
    // The image and its blob.
    expect(bytes).toBeGreaterThan(6 << 20)
    expect(bytes).toBeLessThan(7 << 20)
    expect(await here.bench.print('cat /workspace/r | wc -c', { from: id })).toBe('3145728\n')
    expect(await readdir(here.layout.mounts)).toContain(id)
    expect(await here.driver.snapshots.collect({ keep: new Set(), cacheBytes: 0 })).toContain(id)
    expect(await readdir(here.layout.mounts)).toEqual([])
    expect(await readdir(here.layout.snapshots)).toEqual([])
    expect(await here.driver.snapshots.get(id)).toBeUndefined()
  })

  full('mounts images again for the next process, and adopts sandboxes on images', async () => {
    const directory = join(root, 'again')
    let runner = await openRunner(directory)
    const { id } = await runner.bench.step('echo 1 >a')
    await runner.exchange.export(id, 'erofs', 'now')
    await runner.exchange.replaceDirectories()
    await runner.close()
    expect(await readdir(join(directory, 'mounts'))).toEqual([])
    runner = await openRunner(directory)
    const { sandbox, running } = await runner.bench.start(
      'echo up; until [ -e /dev/shm/go ]; do sleep 0.1; done; cat a',
      { from: id },
    )
    await outputUntil(running, /up/)
    await runner.driver.close()
    runner = await openRunner(directory)
    const adopted = await runner.driver.adopt(sandbox.handle)
    expect(await adopted?.readFile('/workspace/a', 10)).toEqual(Buffer.from('1\n'))
    expect(await runner.bench.print('cat a', { from: id })).toBe('1\n')
    await runner.close()
  })
})
