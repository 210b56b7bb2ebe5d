/**
 * `npm run bench peers [WORD]`: runs the same benchmarks with other tools, in turn, and prints the
 * figures of those whose name contains the word. Without a word it measures all and writes
 * `README.md` beside this file. As root, it first installs missing tools.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { openProcessorMeter, type ProcessorMeter } from '../growth/processor-meter.ts'
import { bazel } from './bazel.ts'
import { buildbot } from './buildbot.ts'
import { bwrap } from './bwrap.ts'
import { buildKit, docker } from './docker.ts'
import { hmRun } from './hm-run.ts'
import { absentPeers, installPeers } from './install.ts'
import { make } from './make.ts'
import { proportionalMiB } from './memory.ts'
import { type Once, type Opened, type Peer, type Work, works } from './peer.ts'
import { peersPage, type Result, workTable } from './peers-page.ts'
import { podman } from './podman.ts'
import { server } from './server.ts'
import { taskRunners } from './task-runners.ts'

const peers: readonly Peer[] = [make, bwrap, hmRun, server, ...taskRunners, bazel, docker, buildKit, podman, buildbot]
const rounds = 5
/**
 * A peer that takes longer runs no further rounds, and skips the benchmark that is ten times
 * larger.
 */
const longMs = 15_000

/** An opened peer, with the reasons for skipped benchmarks. */
interface Ready {
  readonly peer: Peer
  readonly folder: string
  readonly opened: Opened
  readonly lacks: Map<string, string>
  readonly results: Map<Work, Result>
}

/** Runs the benchmarks that the arguments after `peers` select. */
export async function measurePeers([word = '']: readonly string[]): Promise<void> {
  await installPeers()
  const folder = await mkdtemp('/var/tmp/harmont-peers-')
  try {
    await measureBelow(folder, word)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function measureBelow(folder: string, word: string): Promise<void> {
  await using meter = openProcessorMeter()
  const unopened = new Map<string, string>()
  const ready: Ready[] = []
  try {
    for (const peer of peers) await open(peer, join(folder, String(ready.length)), ready, unopened)
    const memory = await idleMemory(ready)
    for (const work of Object.keys(works).filter((each) => each.includes(word)) as Work[]) {
      await measureWork(work, ready, meter)
      console.log(workTable(work, ready))
    }
    if (word !== '') return
    const load = loadavg()[0] ?? 0
    const page = peersPage({ ready, memory, unopened, absent: await absentPeers(), load, rounds })
    await writeFile(join(import.meta.dirname, 'README.md'), page)
  } finally {
    for (const { opened } of ready) await opened[Symbol.asyncDispose]()
  }
}

async function open(peer: Peer, folder: string, ready: Ready[], unopened: Map<string, string>): Promise<void> {
  process.stderr.write(`opening ${peer.name} …\n`)
  const own = `${folder}-${ready.length + unopened.size}`
  await mkdir(own)
  try {
    ready.push({ peer, folder: own, opened: await peer.open(own), lacks: new Map(), results: new Map() })
  } catch (error) {
    process.stderr.write(`${peer.name}: ${error}\n`)
    unopened.set(peer.name, lastWords(error))
  }
}

/** Returns the memory of each server or daemon after five idle seconds. */
async function idleMemory(ready: readonly Ready[]): Promise<ReadonlyMap<string, number>> {
  await sleep(5_000)
  return new Map(
    ready.flatMap(({ peer, opened: { stays } }) => (stays === undefined ? [] : [[peer.name, proportionalMiB(stays)]])),
  )
}

/** Measures all capable peers in turn, so that all run under the same load. */
async function measureWork(work: Work, ready: readonly Ready[], meter: ProcessorMeter): Promise<void> {
  const runs: { readonly own: Ready; readonly once: Once; readonly wall: number[]; readonly processor: number[] }[] = []
  for (const own of ready) {
    const prepare = own.opened.works[work]
    if (prepare === undefined) continue
    if (work === 'thousand' && isLong(own.results.get('hundred'))) {
      own.lacks.set(work, 'not asked, because a hundred took long')
      continue
    }
    const folder = join(own.folder, work)
    await mkdir(folder)
    await orLack(own, work, async () => {
      runs.push({ own, once: await prepare(folder), wall: [], processor: [] })
    })
  }
  for (let round = 0; round < rounds; round += 1)
    for (const { own, once, wall, processor } of runs) {
      if (own.lacks.has(work) || wall.some((ms) => ms > longMs)) continue
      await orLack(own, work, async () => {
        let told: number | undefined
        const began = performance.now()
        const { own: ours, others } = await meter.measure(async () => {
          told = await once()
        })
        wall.push(told ?? performance.now() - began)
        processor.push(ours + others)
        process.stderr.write(`${work}, ${own.peer.name}: ${wall.at(-1)?.toFixed(0)} ms\n`)
      })
    }
  for (const { own, wall, processor } of runs) if (wall.length > 0) own.results.set(work, { wall, processor })
}

async function orLack({ peer, lacks }: Ready, work: Work, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    process.stderr.write(`${peer.name}, ${work}: ${error}\n`)
    lacks.set(work, lastWords(error))
  }
}

function isLong(result: Result | undefined): boolean {
  return result?.wall.some((ms) => ms > longMs) ?? false
}

function lastWords(error: unknown): string {
  return String(error).replaceAll(/\s+/g, ' ').slice(-200)
}
