import { execFileSync } from 'node:child_process'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import { expect, it } from 'vitest'
import { NotPackable } from '../src/snapshots/packed/pack-layer.ts'
import { aboveRuntime, sameForAll } from './above-runtime.ts'
import { nestDirectories } from './awkward.ts'
import type { Bench, DriverUnderTest } from './bench.ts'

export function snapshotTests(bench: () => Bench, subject: DriverUnderTest): void {
  const above = aboveRuntime(subject)
  const alike = sameForAll(subject)
  const attributes = [
    'echo x >new; setcap cap_net_raw+ep new',
    'setcap cap_net_raw+ep d/g',
    'python3 -c \'import os; os.setxattr("d", "user.note", b"x")\'',
  ]
  const cached = (key: string) => ({ cache: { namespace: 'n', key }, origin: { build: '7' } })

  alike('returns a snapshot, its metadata and its cache entry', async () => {
    const parent = await bench().step('echo 1 >a')
    const child = await bench().step('echo 2 >b', { from: parent.id, meta: cached('k1') })
    expect(await bench().driver.snapshots.get(child.id)).toEqual(child)
    expect(child).toMatchObject({ parent: parent.id, meta: cached('k1') })
    expect(await bench().driver.snapshots.find('n', 'k1')).toEqual(child)
    expect(await bench().driver.snapshots.find('other', 'k1')).toBeUndefined()
    expect(await bench().driver.snapshots.find('n', 'k2')).toBeUndefined()
    expect(await bench().driver.snapshots.get('../../etc')).toBeUndefined()
  })

  const damages: readonly [why: string, damage: (at: string) => Promise<void>][] = [
    ['its layer is gone', (at: string) => rm(join(at, 'layer'), { recursive: true })],
    ['its record is not JSON', (at: string) => writeFile(join(at, 'snapshot.json'), '{"version":1,')],
    [
      'its record is another’s',
      (at: string) => writeFile(join(at, 'snapshot.json'), '{"version":1,"id":"x","layers":[],"meta":{}}'),
    ],
    ['its record is gone', (at: string) => rm(join(at, 'snapshot.json'))],
  ]
  for (const [why, damage] of damages)
    alike(`G09 a snapshot is a miss and is dropped when ${why}`, async () => {
      const snapshot = await bench().step('echo 1 >a', { meta: cached(why) })
      const at = join(bench().directory, 'snapshots', snapshot.id)
      await damage(at)
      expect(await bench().driver.snapshots.find('n', why)).toBeUndefined()
      expect(await bench().driver.snapshots.get(snapshot.id)).toBeUndefined()
      expect(await readdir(join(bench().directory, 'snapshots'))).not.toContain(snapshot.id)
      await expect(bench().create({ from: snapshot.id })).rejects.toMatchObject({ code: 'snapshot_unavailable' })
    })

  alike('G09 a snapshot is a miss if a layer of an ancestor is missing', async () => {
    const parent = await bench().step('echo 1 >a')
    await bench().step('echo 2 >b', { from: parent.id, meta: cached('orphan') })
    await rm(join(bench().directory, 'snapshots', parent.id, 'layer'), { recursive: true })
    expect(await bench().driver.snapshots.find('n', 'orphan')).toBeUndefined()
  })

  above(
    'the digest of changed files covers paths, kinds, modes, owners, content, targets and capabilities, but no times',
    async () => {
      const digest = async (script: string, from?: string) =>
        bench().driver.snapshots.changedFilesDigest((await bench().step(script, from === undefined ? {} : { from })).id)
      const base = await bench().step(
        'mkdir -p d/e; echo 1 >d/e/f; echo 2 >d/g; ln -s d l; for i in $(seq 20); do echo $i >d/e/n$i; done',
      )
      const one = await digest('echo x >new', base.id)
      expect(one).toMatch(/^sha256:[0-9a-f]{64}$/)
      expect(await digest('sleep 0.01; echo x >other; mv other new; touch d/g', base.id)).toBe(one)
      const others = await Promise.all([
        digest('echo y >new', base.id),
        digest('echo x >new; chmod 600 new', base.id),
        digest('echo x >new; chown 5 new', base.id),
        digest('echo x >new; rm d/g', base.id),
        digest('echo x >new; ln -sfn d/e l', base.id),
        digest('mkdir new', base.id),
        digest('true', base.id),
        digest('mv d renamed', base.id),
        digest('mv d renamed; echo more >>renamed/e/n7', base.id),
      ])
      expect(new Set([one, ...others]).size).toBe(10)
      // Renaming and creating again are the same change.
      expect(await digest('mkdir renamed; cp -a d/. renamed/; rm -r d', base.id)).toBe(others[7])
      expect(await digest('true')).toBe(others[6])
      if (!subject.keepsAttributes) return
      const more = await Promise.all(attributes.map((script) => digest(script, base.id)))
      expect(new Set([one, ...others, ...more]).size).toBe(13)
    },
  )

  alike(
    'a snapshot with directories nested deeper than a path may be is kept, but neither digested nor packed',
    async () => {
      const { snapshots } = bench().driver
      const { id } = await bench().step(nestDirectories)
      try {
        expect(await bench().print('echo d*/d*', { from: id })).toHaveLength(2 * 255 + 2)
        const refusal = { name: 'SandboxError', message: expect.stringContaining('nested too deep') }
        await expect(snapshots.changedFilesDigest(id)).rejects.toMatchObject(refusal)
        const unpacked = await snapshots.pack(id, join(bench().directory, 'packed')).catch((error: unknown) => error)
        expect(unpacked).toBeInstanceOf(NotPackable)
        expect(unpacked).toMatchObject(refusal)
      } finally {
        execFileSync('rm', ['-rf', join(bench().directory, 'snapshots', id)])
      }
    },
  )

  if (!subject.keepsAttributes)
    it('refuses attributes that it cannot keep instead of losing them', async () => {
      const tries = ['echo x >new; mkdir d; echo 2 >d/g', ...attributes.map((script) => `(${script}) 2>&1; echo $?`)]
      const seen = await bench().print(tries.join('\n'))
      expect(seen.match(/Operation not supported[^\n]*\n1\n/g)).toHaveLength(attributes.length)
    })

  above('collects unclaimed snapshots, and never one below a kept snapshot or a running sandbox', async () => {
    const { snapshots } = bench().driver
    const root = await bench().step('head -c 1M /dev/zero >r')
    const kept = await bench().step('echo >k', { from: root.id })
    const free = await bench().step('echo >f', { from: root.id })
    const older = await bench().step('head -c 3M /dev/zero >o', { meta: cached('older') })
    const newer = await bench().step('head -c 3M /dev/zero >w', { meta: cached('newer') })
    const inUse = await bench().step('echo >u')
    const { sandbox } = await bench().start('sleep 100', { from: inUse.id })
    await snapshots.find('n', 'older')
    // Waits until the driver's clock has advanced, whose milliseconds begin at other instants.
    const found = Date.now()
    await until(() => Date.now() > found + 2)
    await snapshots.find('n', 'newer')
    const removed = await snapshots.collect({ keep: new Set([kept.id]), cacheBytes: 5 << 20 })
    expect(removed).toContain(free.id)
    expect(removed).toContain(older.id)
    for (const { id } of [root, kept, newer, inUse]) expect(removed).not.toContain(id)
    expect(await snapshots.find('n', 'older')).toBeUndefined()
    expect(await bench().print('ls', { from: kept.id })).toBe('k\nr\n')
    expect(await bench().print('ls', { from: newer.id })).toBe('w\n')
    await sandbox.destroy()
    expect(await snapshots.collect({ keep: new Set(), cacheBytes: 0 })).toEqual(
      expect.arrayContaining([root.id, kept.id, newer.id, inUse.id]),
    )
  })
}
