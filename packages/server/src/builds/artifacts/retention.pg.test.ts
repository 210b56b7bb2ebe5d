import { scaled } from '@harmont/test-kit/effort'
import { expect, test } from 'vitest'
import { readQuota } from '../../commands/limits.ts'
import { sweepBlobs } from '../../main/sweeps.ts'
import { playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { blobsOf, freshBytes, newBuild, playWith, sha256, storeFile } from './artifacts.test-support.ts'
import { openFile, partStore, putPart } from './part-store.ts'
import { setArtifactQuota } from './quotas.ts'
import { removeOldArtifacts } from './remove-old-artifacts.ts'
import { sweepParts } from './sweep-parts.ts'

const it = testServer()

const dayMs = 24 * 3600 * 1000
const after = (days: number) => new Date(Date.now() + days * dayMs)
const remove = (days: number, keptDays: number | 'forever' = 30) =>
  removeOldArtifacts(it.server.pool, keptDays, after(days))

const statusOf = async (build: { path: string }, id: string) => {
  const answer = await it.request(ownerToken, 'GET', `${build.path}/artifacts/${id}`)
  return answer.status === 200 ? 200 : codeOf(answer)
}

const partsThere = async () =>
  Number((await it.server.pool.query('select count(*) from artifact_parts')).rows[0]?.count)

test("artifacts expire after the default time; those of the default branch's newest pass only when their step says so", async () => {
  const old = await newBuild(it, ['a'])
  const shared = freshBytes(20_000)
  const first = await playWith(it, [
    { path: 'x', bytes: shared },
    { path: 'y', bytes: freshBytes(20_000) },
  ])
  const newest = await newBuild(it, ['a'], old)
  const second = await playWith(it, [
    { path: 'x', bytes: shared },
    { path: 'short', bytes: freshBytes(9_000), expiresSeconds: 3600 },
    { path: 'long', bytes: freshBytes(9_000), expiresSeconds: 100 * 24 * 3600 },
  ])
  const branch = await newBuild(it, ['a'], { ...old, branch: 'topic' })
  const third = await playWith(it, [{ path: 'x', bytes: shared }])
  expect(await remove(29)).toMatchObject({ expired: 1 })
  expect(await remove(31, 'forever')).toMatchObject({ expired: 0 })
  expect(await remove(31)).toMatchObject({ expired: 3 })
  expect(await statusOf(old, `${first.id}-0`)).toBe('artifact_expired')
  expect(await statusOf(newest, `${second.id}-1`)).toBe('artifact_expired')
  expect(await statusOf(branch, `${third.id}-0`)).toBe('artifact_expired')
  // Bytes shared with another artifact stay, and all bytes stay for a day.
  expect(await partsThere()).toBe(3)
  expect(await remove(33)).toMatchObject({ expired: 0, parts: 1 })
  expect(await statusOf(newest, `${second.id}-0`)).toBe(200)
  expect(await statusOf(newest, `${second.id}-2`)).toBe(200)
  const listed = await it.request<{ data: { path: string; expired_at: string | null }[] }>(
    ownerToken,
    'GET',
    `${newest.path}/artifacts`,
  )
  expect(listed.body.data.map(({ path, expired_at }) => [path, expired_at !== null])).toEqual([
    ['long', false],
    ['short', true],
    ['x', false],
  ])
  // Another pass ends the longer retention of the previous one; a failure does not.
  const failed = await newBuild(it, ['a'], old)
  await playWith(it, [], { exitCode: 1 })
  expect(await remove(34)).toMatchObject({ expired: 0 })
  await newBuild(it, ['a'], old)
  await playWith(it, [])
  expect(await remove(34)).toMatchObject({ expired: 1 })
  expect(await remove(101)).toMatchObject({ expired: 1 })
  expect(await remove(125)).toMatchObject({ forgotten: 5 })
  // The storage of each day stays recorded.
  const recorded = await it.server.pool.query('select max(day) - min(day) as days from artifact_days')
  expect(recorded.rows).toEqual([{ days: 101 }])
  expect(await statusOf(old, `${first.id}-0`)).toBe('artifact_not_found')
  expect(await partsThere()).toBe(0)
  const blobs = await blobsOf(it)
  await sweepBlobs(it.server.pool, blobs, after(1))
  expect(await Array.fromAsync(blobs.list())).toEqual([])
  expect(failed.pipeline).toBe(old.pipeline)
})

test('G69 an upload in progress loses no part, however long it takes; parts of an abandoned one are removed a day later', async () => {
  await newBuild(it, ['a'])
  const job = await playJob(it)
  const bytes = freshBytes(20_000)
  const [digest = ''] = await storeFile(it, bytes)
  expect(await sweepParts(it.server.pool, after(0))).toBe(0)
  // The runner paused for a week between upload and report.
  await it.server.pool.query("update artifact_parts set used_at = used_at - interval '7 days'")
  await it.server.pool.query("update engine.jobs set assigned_at = assigned_at - interval '8 days' where id = $1", [
    job.id,
  ])
  expect(await sweepParts(it.server.pool, after(-1))).toBe(0)
  await job.end()
  expect(await sweepParts(it.server.pool, after(-1))).toBe(1)
  const { lacking } = partStore({ pool: it.server.pool, blobs: await blobsOf(it), disk: { full: null } })
  const { buildId, id: jobId } = job
  expect(await lacking({ buildId, jobId }, { digests: [digest], bytes: 1 })).toEqual({
    kind: 'lacking',
    digests: [digest],
  })
})

test('G69 equal bytes are stored once, even when two uploads coincide; wrong, too large and lost ones are refused', async () => {
  const { pool } = it.server
  const blobs = await blobsOf(it)
  const bytes = freshBytes(20_000)
  const digest = sha256(bytes)
  await sweepBlobs(pool, blobs, after(1))
  await Promise.all(Array.from({ length: 6 }, () => putPart(pool, blobs, digest, bytes)))
  const { rows } = await pool.query('select blob from artifact_parts where digest = $1', [digest])
  expect((await Array.fromAsync(blobs.list())).map(({ name }) => name)).toEqual(rows.map(({ blob }) => blob))
  await expect(putPart(pool, blobs, sha256(Buffer.from('x')), bytes)).rejects.toThrow('SHA-256')
  await expect(putPart(pool, blobs, digest, Buffer.alloc(16 * 1024 ** 2 + 1))).rejects.toThrow('at most')
  const full = partStore({ pool, blobs, disk: { full: '1 GB is free' } })
  await expect(full.put({ jobId: '', buildId: '' }, digest, bytes)).rejects.toThrow('1 GB is free')
  const small = freshBytes(100)
  await putPart(pool, blobs, sha256(small), small)
  const parts = { parts: [digest, sha256(small)], part_offset: 0, bytes: 20_100 }
  const read = Buffer.concat(await Array.fromAsync(openFile(pool, blobs, parts, { start: 19_990, end: 20_010 })))
  expect(read).toEqual(Buffer.concat([bytes.subarray(19_990), small.subarray(0, 10)]))
  const inside = Buffer.concat(
    await Array.fromAsync(openFile(pool, blobs, { parts: [digest], part_offset: 50, bytes: 10 })),
  )
  expect(inside).toEqual(bytes.subarray(50, 60))
})

test('artifacts over a quota or 50 GB per build are not kept, and the reason says how to proceed', async () => {
  const build = await newBuild(it, ['a', 'b'])
  await playWith(it, [{ path: 'x', bytes: freshBytes(6_000) }])
  await playWith(it, [])
  const { lacking } = partStore({ pool: it.server.pool, blobs: await blobsOf(it), disk: { full: null } })
  const ask = (bytes: number) => lacking({ buildId: build.id, jobId: '' }, { digests: [], bytes })
  expect(await ask(50 * 1024 ** 3)).toEqual({
    kind: 'refused',
    message:
      'The artifacts of this step (50 GB) are not kept: a build may leave 50 GB, and its other steps left 5.9 KB.',
  })
  const { rows } = await it.server.pool.query("select id from organizations where slug = 'default'")
  await setArtifactQuota(it.server.pool, rows[0].id, 10_000)
  expect(await ask(5_000)).toMatchObject({ kind: 'refused', message: expect.stringContaining('`harmont limits`') })
  expect(await ask(4_000)).toMatchObject({ kind: 'lacking' })
  await it.server.pool.query('update engine.artifacts set expired_at = now()')
  expect(await ask(5_000)).toMatchObject({ kind: 'lacking' })
  await setArtifactQuota(it.server.pool, rows[0].id, null)
  expect(await ask(5_000_000)).toMatchObject({ kind: 'lacking' })
  expect(readQuota(['acme', 'artifacts', '2GiB'])).toEqual({ organization: 'acme', bytes: 2 * 1024 ** 3 })
  expect(() => readQuota(['acme', 'artifacts', '2GB'])).toThrow('a size such as `20GiB`')
})

test('G69 no kept artifact lacks a part, in any interleaving of uploads, job ends, sweeps and kills', async () => {
  const { pool } = it.server
  const blobs = await blobsOf(it)
  const contents = Array.from({ length: 6 }, () => freshBytes(9_000))
  let isOver = false
  let removed = 0
  const sweeping = (async () => {
    // Skips the grace period of a day: only leases and artifacts protect a part.
    for (let days = 2; !isOver; days += 2) removed += (await removeOldArtifacts(pool, 'forever', after(days))).parts
  })()
  try {
    for (let turn = 0; turn < scaled(60); turn += 1) {
      await newBuild(it, ['a'])
      const job = await playJob(it)
      const bytes = contents[Math.floor(Math.random() * contents.length)] ?? Buffer.alloc(0)
      const parts = await storeFile(it, bytes)
      const expiresSeconds = Math.random() < 0.8 ? 1 : null
      const artifact = { path: 'x', kind: 'file', bytes: 9_000, sha256: sha256(bytes), parts, offset: 0 } as const
      // Every third upload is abandoned, and its job ends without artifacts.
      await job.end({}, { artifacts: turn % 3 === 0 ? [] : [{ ...artifact, expiresSeconds }] })
    }
  } finally {
    isOver = true
    await sweeping
  }
  await sweepBlobs(pool, blobs, after(1))
  const { rows } = await pool.query(
    'select parts, part_offset, bytes::float8 as bytes, sha256 from engine.artifacts where expired_at is null',
  )
  expect([rows.length > 0, removed > 0]).toEqual([true, true])
  for (const row of rows)
    expect(sha256(Buffer.concat(await Array.fromAsync(openFile(pool, blobs, row))))).toBe(row.sha256)
})
