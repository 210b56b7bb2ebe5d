/** Twenty real failures, and an agent that locates them by the answers of `hm mcp` alone. */
import { readFileSync } from 'node:fs'
import { effort } from '@harmont/test-kit/effort'
import { expect } from 'vitest'
import type { Agent, Told } from './client.test-support.ts'

// Real outputs of real tools, each with a single fault at a known place: scripts/seed-failures.ts.
const folder = new URL('../../fixtures/failures/', import.meta.url)

interface Seed {
  readonly file: string
  readonly line: number
  readonly exit: number
}

const seeds = Object.entries(JSON.parse(readFileSync(new URL('seeds.json', folder), 'utf8')) as Record<string, Seed>)

/** Number of other lines around one of the failures: a million in soak. */
const otherLines = effort < 5 ? 20_000 : 1_000_000
const buried = 'vitest'

/**
 * Writes the outputs. Returns the definition, for a pipeline file, of a pipeline whose steps print
 * them.
 */
export function seedFailures(write: (path: string, text: string) => void): string {
  const steps = seeds.map(([name, { exit }]) => {
    write(`seeds/${name}.txt`, readFileSync(new URL(`${name}.txt`, folder), 'utf8'))
    const noise = name === buried ? `seq ${otherLines / 2}` : ':'
    return `sh('${noise}; cat seeds/${name}.txt; ${noise}; exit ${exit}', { key: '${name}', image: 'host' })`
  })
  return `{ slug: 'seeds', pipeline: pipeline([${steps.join(', ')}]) }`
}

/**
 * Follows the answers, starting with the one about the build's end, and expects file and line of 18
 * of 20 failures.
 */
export async function expectPlaces(agent: Agent, ended: Told): Promise<void> {
  const found: string[] = []
  const missed: string[] = []
  for (let ask = failureIn(ended); ask !== undefined; ) {
    const before = agent.tokens()
    const { step, place, calls, next } = await findPlace(agent, ask)
    const tokens = agent.tokens() - before
    const [, { file, line }] = seeds.find(([name]) => name === step) ?? ['', { file: '?', line: 0 }]
    const isRight = place === `${file}:${line}` || place?.endsWith(`/${file}:${line}`) === true
    if (isRight && calls <= mostCalls && tokens <= 6_000) found.push(step)
    else missed.push(`${step}: ${place} in ${calls} calls, ${tokens} tokens`)
    ask = next
  }
  expect(found.length + missed.length).toBe(20)
  expect({ found: found.length, missed }).toMatchObject({ found: expect.toSatisfy((count: number) => count >= 18) })
  expect(found).toContain(buried)
}

const mostCalls = 3
type Ask = Told['next'][number]

/** Requests one failure, and follows the proposed calls until an answer names a place. */
async function findPlace(agent: Agent, ask: Ask) {
  const first = await agent.call(ask.tool, ask.input)
  const step = first.said.flatMap((line) => /^Step ([\w-]+): /.exec(line)?.[1] ?? [])[0] ?? ''
  let told = first
  let calls = 1
  for (let [more] = told.next; placeIn(told) === null && calls < mostCalls && more !== undefined; [more] = told.next) {
    told = await agent.call(more.tool, more.input)
    calls += 1
  }
  return { step, place: placeIn(told), calls, next: failureIn(first) }
}

function failureIn({ next }: Told): Ask | undefined {
  return next.find(({ tool }) => tool === 'failure')
}

/** Returns the first place that an answer names, which the agent takes as the cause. */
function placeIn({ data }: Told): string | null {
  const named = data.flatMap((line) => /^place: (.+)$/.exec(line)?.[1] ?? [])
  const logged = data.flatMap((line) => /([\w./-]+\.\w+):(\d+)/.exec(line)?.[0] ?? [])
  return named[0] ?? logged[0] ?? null
}
