/**
 * Runs every attempt and every abuse, one at a time, and writes the results to docs/isolation.md.
 * Needs root, an idle machine and ten minutes; HARMONT_TEST_EFFORT=5 runs large abuses and takes
 * longer. Fails if a forbidden attempt succeeds, or if an attempt fails without its protection.
 */
import { writeFileSync } from 'node:fs'
import process from 'node:process'
import { effort } from '@harmont/test-kit/effort'
import { abuses } from './abuses.ts'
import type { Attempt, Verdict } from './attempt.ts'
import { egressAttempts } from './attempts/network.ts'
import { attempts } from './attempts.ts'
import { followLinks, linkAttempts } from './links.ts'
import { controlRuns, Stage } from './stage.ts'
import { suffer, timeNeighbour, unstopped } from './suffer.ts'
import { type Abused, abuseRow, attemptRow, page, readPage, type Table, withTable } from './table.ts'

type Verdicts = ReadonlyMap<string, Verdict>
const all = [
  { network: 'none', attempts },
  { network: 'egress', attempts: egressAttempts },
] as const

const say = (line: string): void => void process.stderr.write(`${line}\n`)

const byName = (tried: readonly Attempt[], verdicts: readonly Verdict[]): [string, Verdict][] =>
  tried.map(({ name }, index) => [name, verdicts[index] as Verdict])

async function verdictsOf(stage: Stage): Promise<Verdicts> {
  const found: [string, Verdict][] = []
  for (const { network, attempts: tried } of all) found.push(...byName(tried, await stage.attempt(tried, network)))
  return new Map(found)
}

async function controlsOf(stage: Stage): Promise<Verdicts> {
  const found: [string, Verdict][] = []
  for (const { network, attempts: tried } of all)
    for (const [title, without, group] of controlRuns(tried)) {
      say(`without ${title}`)
      found.push(...byName(group, await stage.attempt(group, network, without)))
    }
  return new Map(found)
}

/** The tests use the same threshold. */
const full = effort >= 5

async function abusesOf(stage: Stage): Promise<ReadonlyMap<string, Abused>> {
  const found = new Map<string, Abused>()
  let alone = 0
  for (const [index, abuse] of abuses.entries()) {
    // Measures the neighbour alone at intervals, because the machine's speed varies.
    if (index % 4 === 0) alone = Math.min(await timeNeighbour(stage, full), await timeNeighbour(stage, full))
    const { ends, neighbourMs } = await suffer(stage, [abuse], full)
    found.set(abuse.name, { end: ends[0] ?? '', ratio: neighbourMs / alone })
    say(`${abuse.name}: ${JSON.stringify(found.get(abuse.name))}`)
  }
  return found
}

const problems: string[] = []
const expectEach = (verdicts: Verdicts, succeeds: boolean, where: string): void => {
  for (const [name, verdict] of verdicts)
    if ((verdict === 'succeeds') !== succeeds) problems.push(`${where}: ${name}: ${verdict}`)
}

/** Calls `use` with a stage for a runtime, and closes the stage. Only one exists at a time. */
async function on<T>(runtime: 'crun' | 'runsc', use: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await Stage.open(runtime, true)
  try {
    return await use(stage)
  } finally {
    await stage.close()
  }
}

const crun = await on('crun', async (stage) => {
  const verdicts = await verdictsOf(stage)
  const links: string[][] = []
  for (const attempt of linkAttempts) {
    const [naive, runner] = [await followLinks(stage, attempt, 'naive'), await followLinks(stage, attempt, 'runner')]
    links.push([attempt.name, attempt.stoppedBy, naive, runner])
  }
  const abused = await abusesOf(stage)
  const unlimited = new Map<string, string>()
  for (const abuse of abuses.filter(({ control }) => control !== undefined))
    unlimited.set(abuse.name, await unstopped(stage, abuse))
  // Run last, because they remove packet rules that the other attempts need.
  return { verdicts, links, abused, unlimited, without: await controlsOf(stage) }
})
const runsc = await on('runsc', async (stage) => ({
  verdicts: await verdictsOf(stage),
  abused: await abusesOf(stage),
}))

expectEach(crun.verdicts, false, 'crun')
expectEach(runsc.verdicts, false, 'runsc')
expectEach(crun.without, true, 'control')
for (const [name, end] of crun.unlimited) if (end !== 'done') problems.push(`control: ${name}: ${end}`)

const tables: readonly Table[] = [
  {
    heading: '## Attempts to escape',
    columns: ['attempt', 'stopped by', 'without it', 'crun', 'runsc'],
    rows: all.flatMap(({ attempts: tried }) =>
      tried.map((attempt) =>
        attemptRow(
          attempt,
          crun.without.get(attempt.name),
          crun.verdicts.get(attempt.name),
          runsc.verdicts.get(attempt.name),
        ),
      ),
    ),
  },
  {
    heading: '## Links left for the runner',
    columns: ['attempt', 'stopped by', 'by a program that follows links', 'by the runner'],
    rows: crun.links,
  },
  {
    heading: '## Abuses',
    columns: ['abuse', 'stopped by', 'without it', 'crun', 'neighbour’s time', 'runsc', 'neighbour’s time'],
    rows: abuses.map((abuse) =>
      abuseRow(abuse, crun.abused.get(abuse.name) as Abused, runsc.abused.get(abuse.name) as Abused),
    ),
  },
]
writeFileSync(page, tables.reduce(withTable, readPage()))
if (problems.length > 0) throw new Error(problems.join('\n'))
