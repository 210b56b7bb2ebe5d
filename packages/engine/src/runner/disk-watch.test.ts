import { expect, test } from 'vitest'
import { type DiskRoom, type DiskWatch, isExhausted, isFull, roomSentence, watchDisk } from './disk-watch.ts'
import { isForWantOfRoom } from './retry.ts'

const mib = 1024 ** 2
const room = (freeBytes: number, freeFiles: number | null = null): DiskRoom => ({
  freeBytes,
  sizeBytes: 1536 * mib,
  freeFiles,
})

test('G55 a disk is full when bytes or inodes run short, and has room again only above a higher threshold', () => {
  expect(isFull(room(100 * mib), 100 * mib, false)).toBe(false)
  expect(isFull(room(100 * mib - 1), 100 * mib, false)).toBe(true)
  expect(isFull(room(124 * mib), 100 * mib, true)).toBe(true)
  expect(isFull(room(125 * mib), 100 * mib, true)).toBe(false)
  expect(isFull(room(900 * mib, 4_999), 100 * mib, false)).toBe(true)
  expect(isFull(room(900 * mib, 5_000), 100 * mib, true)).toBe(true)
  expect(isFull(room(900 * mib, 7_000), 100 * mib, true)).toBe(false)
  const states = [room(0), room(15 * mib), room(16 * mib), room(16 * mib, 3)]
  expect(states.map(isExhausted)).toEqual([true, true, false, true])
})

test('reports the free space and the shortage', () => {
  expect(roomSentence(room(120.5 * mib))).toBe('120 MiB of 1.5 GiB free')
  expect(roomSentence(room(1024 * mib, 12))).toBe('1.0 GiB of 1.5 GiB free, 12 free inodes')
})

test('detects an error about a full disk among the causes of another, but no other error', () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' })
  expect(isForWantOfRoom(new Error('outer', { cause: new Error('inner', { cause: full }) }))).toBe(true)
  expect(isForWantOfRoom(new Error('mount: /x: No space left on device'))).toBe(true)
  expect(isForWantOfRoom(Object.assign(new Error('open'), { code: 'ENOENT' }))).toBe(false)
  expect(isForWantOfRoom('No space left on device')).toBe(false)
})

test('G55 work that waits for room continues once there is some, and is told when there is none', async () => {
  const said: string[] = []
  const options = { path: '/var/tmp', everyMs: 10, log: (_: string, message: string) => void said.push(message) }
  const full: DiskWatch = await watchDisk({ ...options, leastFreeBytes: Number.MAX_SAFE_INTEGER })
  const roomy = await watchDisk({ ...options, leastFreeBytes: 1 })
  try {
    expect(full.full).toMatch(/^[\d.]+ [MG]iB of [\d.]+ GiB free$/)
    expect(full.untilFull.aborted).toBe(true)
    expect([roomy.full, roomy.untilFull.aborted]).toEqual([null, false])
    await roomy.hasRoom(new AbortController().signal)
    const closing = new AbortController()
    const waits = full.hasRoom(closing.signal)
    closing.abort(new Error('closing'))
    await expect(waits).rejects.toThrow('closing')
    expect(said).toEqual([expect.stringContaining('no new work starts until space is freed')])
  } finally {
    await Promise.all([full.stop(), roomy.stop()])
  }
})

/** Returns a measurement that ends once it may go on, and what has ended so far. */
function heldLook() {
  const begun = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const held = {
    begun: begun.promise,
    goOn: goOn.resolve,
    looks: 0,
    ended: [] as string[],
    onLook: async () => {
      held.looks += 1
      begun.resolve()
      await goOn.promise
      // Takes longer than a promise that is already settled.
      await new Promise(setImmediate)
      held.ended.push('look')
    },
  }
  return held
}

test('a stopped watch waits for the current measurement and makes no further ones', async () => {
  const held = heldLook()
  const { onLook } = held
  const watch = await watchDisk({ path: '/var/tmp', everyMs: 1, leastFreeBytes: 1, log: () => {}, onLook })
  await held.begun
  const stopped = watch.stop().then(() => held.ended.push('stop'))
  // A call that does not wait is finished by now.
  await new Promise(setImmediate)
  held.goOn()
  await stopped
  expect(held.ended).toEqual(['look', 'stop'])
  expect(held.looks).toBe(1)
})

test('G55 a look measures after the call, and not only before it; a stop waits for both measurements', async () => {
  const held = heldLook()
  const { onLook } = held
  const watch = await watchDisk({ path: '/var/tmp', everyMs: 3_600_000, leastFreeBytes: 1, log: () => {}, onLook })
  const first = watch.look()
  await held.begun
  const second = watch.look()
  const stopped = watch.stop().then(() => held.ended.push('stop'))
  held.goOn()
  await Promise.all([first, second, stopped])
  expect(held.looks).toBe(2)
  expect(held.ended).toEqual(['look', 'look', 'stop'])
})
