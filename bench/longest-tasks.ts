/**
 * Records turns of a server's event loop that take more than 50 ms of processor time, with the
 * stacks that the sampling profiler saw. Time spent waiting, mostly for a processor, does not
 * count. Load it before the server:
 * `NODE_OPTIONS="--import $PWD/bench/longest-tasks.ts" HARMONT_TASKS=/tmp/tasks npx vitest run --project product test/builds`
 * writes `/tmp/tasks/PID.jsonl` with elapsed milliseconds, processor milliseconds, and the heaviest
 * stacks.
 */
import { appendFileSync, mkdirSync } from 'node:fs'
import { type Profiler, type Runtime, Session } from 'node:inspector'
import { join } from 'node:path'
import process from 'node:process'

const reportedMs = 50
const tickMs = 10
/** Age of an idle profile at which it is replaced. */
const profileMs = 60_000
const framesShown = 14

const directory = process.env.HARMONT_TASKS
// Removed from the environment, because child processes inherit it.
if (directory !== undefined && process.argv[1]?.endsWith('packages/server/bin/harmont.js')) watch(directory)

function watch(into: string): void {
  mkdirSync(into, { recursive: true })
  const file = join(into, `${process.pid}.jsonl`)
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.setSamplingInterval', { interval: 5_000 })
  const begin = () => session.post('Profiler.start')
  /** Runs `use` synchronously, as `post` calls back before it returns. */
  const takeProfile = (use: (profile: Profiler.Profile) => void) =>
    session.post('Profiler.stop', (error, result) => {
      if (error !== null) throw error
      use(result.profile)
    })
  begin()
  let last = performance.now()
  let cpu = process.threadCpuUsage()
  let begun = last
  setInterval(() => {
    const now = performance.now()
    const used = process.threadCpuUsage(cpu)
    const cpuMs = (used.user + used.system) / 1000
    if (cpuMs > reportedMs || now - begun > profileMs) {
      takeProfile((profile) => {
        if (cpuMs <= reportedMs) return
        const end = Number(process.hrtime.bigint() / 1000n)
        const stacks = heaviest(profile, end - (performance.now() - last) * 1000, end)
        const line = { atMs: Math.round(last), wallMs: Math.round(now - last), cpuMs: Math.round(cpuMs), stacks }
        appendFileSync(file, `${JSON.stringify(line)}\n`)
      })
      begin()
      begun = performance.now()
    }
    // Excludes the time of this measurement itself.
    last = performance.now()
    cpu = process.threadCpuUsage()
  }, tickMs).unref()
}

/**
 * Returns the stacks with the most samples between two instants in microseconds, innermost frame
 * first.
 */
function heaviest({ nodes, samples = [], timeDeltas = [], startTime }: Profiler.Profile, from: number, to: number) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const counts = new Map<string, number>()
  let at = startTime
  for (const [index, sample] of samples.entries()) {
    at += timeDeltas[index] ?? 0
    if (at < from || at > to) continue
    const frames: string[] = []
    for (let id: number | undefined = sample; id !== undefined && frames.length < framesShown; id = parents.get(id)) {
      const frame = byId.get(id)?.callFrame
      if (frame !== undefined && frame.functionName !== '(root)') frames.push(nameOf(frame))
    }
    const stack = frames.join(' < ')
    counts.set(stack, (counts.get(stack) ?? 0) + 1)
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).slice(0, 4)
}

function nameOf({ functionName, url, lineNumber }: Runtime.CallFrame): string {
  return `${functionName || '(anonymous)'} ${url.replace(/^.*\/(packages|node_modules)\//, '')}:${lineNumber + 1}`
}
