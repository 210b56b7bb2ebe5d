import { machineWords, quantile } from '../measure.ts'
import { type Peer, type Work, works } from './peer.ts'

/** Samples of one benchmark in milliseconds. */
export interface Result {
  readonly wall: readonly number[]
  /** Covers all processes in the control group of the benchmark. */
  readonly processor: readonly number[]
}

interface Measured {
  readonly peer: Peer
  readonly opened: { readonly version: string }
  readonly lacks: ReadonlyMap<string, string>
  readonly results: ReadonlyMap<Work, Result>
}

/** Returns the table of one benchmark, quickest first. */
export function workTable(work: Work, measured: readonly Measured[]): string {
  const done = measured.flatMap(({ peer, results }) => {
    const result = results.get(work)
    return result === undefined ? [] : [{ peer, ...result, median: quantile(result.wall, 0.5) }]
  })
  const floors = done.filter(({ peer }) => peer.isFloor).map(({ median }) => median)
  const floor = Math.min(...floors)
  const rows = done
    .toSorted((a, b) => a.median - b.median)
    .map(({ peer, wall, processor, median }) => {
      const times = floors.length === 0 ? '' : `${(median / floor).toPrecision(2)}`
      const spread = `${seconds(Math.min(...wall))} to ${seconds(Math.max(...wall))}, n=${wall.length}`
      return `| ${peer.name} | ${seconds(median)} | ${spread} | ${seconds(quantile(processor, 0.5))} | ${times} |`
    })
  const lacks = measured.flatMap(({ peer, lacks: why }) => {
    const words = why.get(work)
    return words === undefined ? [] : [`${peer.name}: ${words}`]
  })
  const head = `## ${works[work]}\n\n| who | median | from, to | processor time | times the floor |\n|---|---|---|---|---|`
  return `${head}\n${rows.join('\n')}\n${lacks.length === 0 ? '' : `\nNot measured: ${lacks.join('; ')}\n`}`
}

interface Page {
  readonly ready: readonly Measured[]
  readonly memory: ReadonlyMap<string, number>
  readonly unopened: ReadonlyMap<string, string>
  readonly absent: readonly string[]
  readonly load: number
  readonly rounds: number
}

/** Returns the page of all benchmarks. */
export function peersPage({ ready, memory, unopened, absent, load, rounds }: Page): string {
  const who = ready.map(({ peer, opened }) => `| ${peer.name} | ${opened.version} | ${peer.isolates} |`)
  const tables = (Object.keys(works) as Work[]).map((work) => workTable(work, ready))
  const idle = [...memory].map(([name, mib]) => `| ${name} | ${mib.toFixed(0)} MiB |`)
  const missing = [...[...unopened].map(([name, why]) => `${name}: ${why}`), ...absent]
  return `# What people use instead

Made by \`npm run bench peers\` on ${new Date().toISOString().slice(0, 10)}: ${machineWords()}, load ${load.toFixed(1)} at the end. Everybody
gets the same work in turn, up to ${rounds} times, two steps at a time; a peer that took over 15 s is asked once. make and
bwrap are the floor: they start a command, and do nothing else that a CI system does. Processor time is that of all
processes in the bench's control group; a container that its daemon puts elsewhere is missing in it.

| who | version | what a step is isolated from |
|---|---|---|
${who.join('\n')}

${tables.join('\n')}
## Memory of an idle server or daemon, with its children

| who | memory |
|---|---|
${idle.join('\n')}

## Who is not here

${missing.map((each) => `- ${each}`).join('\n')}
`
}

function seconds(ms: number): string {
  return ms < 100 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toPrecision(3)} s`
}
