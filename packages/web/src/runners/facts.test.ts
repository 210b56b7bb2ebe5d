import { expect, test } from 'vitest'
import {
  audience,
  demandSentence,
  isReachable,
  isShortOfDisk,
  poolSentence,
  roomSentence,
  runnerCommands,
  usesOf,
} from './facts.ts'

const pool = { name: 'default', connected: 2, slots: 8, busy: 3, waiting: [] }

test('web S8 a pool shows its connected runners and busy slots', () => {
  expect(poolSentence(pool)).toBe('2 runners connected, 3 of 8 slots in use')
  expect(poolSentence({ ...pool, connected: 1, slots: 0, busy: 1 })).toBe('1 runner connected, 1 job running')
  expect(poolSentence({ ...pool, connected: 0, busy: 0 })).toBe('No runner is connected')
  expect(poolSentence({ ...pool, connected: 0, busy: 2 })).toBe('No runner is connected; 2 jobs held')
})

test('web S9 a waiting demand names its labels, and whether any runner has them', () => {
  const since = '2026-11-30T10:00:00Z'
  expect(demandSentence({ labels: [], jobs: 1, since, served: true })).toBe('1 job waits for a free runner')
  expect(demandSentence({ labels: ['gpu', 'cuda'], jobs: 3, since, served: false })).toBe(
    '3 jobs wait for a runner with the labels gpu, cuda, and no connected runner takes them',
  )
})

test('web S8 a runner names the organizations whose jobs it takes', () => {
  expect([null, ['acme'], ['beta'], []].map((slugs) => audience(slugs, 'acme'))).toEqual([
    ...['all organizations', 'this organization only', 'beta', 'no organization'],
  ])
})

test('web S8 a runner shows its free disk space, and whether it is low', () => {
  const room = { disk_free_bytes: 42_000_000_000, disk_size_bytes: 80_000_000_000, snapshots: 1 }
  expect([roomSentence(room), isShortOfDisk(room)]).toEqual(['42 GB of 80 GB free, 1 snapshot', false])
  const full = { ...room, disk_free_bytes: 7_900_000_000, snapshots: null }
  expect([roomSentence(full), isShortOfDisk(full)]).toEqual(['7.9 GB of 80 GB free', true])
  const silent = { disk_free_bytes: null, disk_size_bytes: null, snapshots: null }
  expect([roomSentence(silent), isShortOfDisk(silent)]).toEqual([null, false])
})

test('web S10 a key shows how many runners have joined', () => {
  expect([usesOf({ used: 0, uses: 1 }), usesOf({ used: 1, uses: null })]).toEqual([
    ...['0 of 1 runner joined', '1 runner joined'],
  ])
})

test('web S10 X4 the commands are quoted for a shell, and an address that runners refuse is reported', () => {
  const [install, start] = runnerCommands('https://ci.example.com', 'a-key_1')
  expect(install?.text).toBe('npm install')
  expect(start?.text).toBe(
    'HARMONT_SERVER_URL=https://ci.example.com HARMONT_RUNNER_KEY=a-key_1 \\\n  HARMONT_DATA_DIR=/var/lib/harmont-runner npm start -- --role runner',
  )
  expect(runnerCommands('https://x', "it's")[1]?.text).toContain("HARMONT_RUNNER_KEY='it'\\''s'")
  const origins = ['https://ci.example.com', 'http://localhost:4000', 'http://127.0.0.1', 'http://ci.example.com']
  expect(origins.map(isReachable)).toEqual([true, true, true, false])
})
