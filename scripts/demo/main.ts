/**
 * `npm run demo`: starts the server, renders this repository's pipeline, submits the working tree over HTTP and shows the build live. In a terminal it
 * then keeps serving until Ctrl-C; without one, or with `--once`, it stops the server and exits 0 when the build passed, 1 when not.
 */
import process from 'node:process'
import { styleText } from 'node:util'
import { connect } from '../client/api.ts'
import { buildEnd } from '../client/build-end.ts'
import { repositoryRoot } from '../server-process.ts'
import { planPipeline } from './render.ts'
import { type DemoServer, startDemoServer } from './server.ts'
import { gitFacts, packWorkingTree } from './source.ts'
import { duration } from './view.ts'
import { type Watched, watchBuild } from './watch.ts'

const root = repositoryRoot
const out = process.stdout
const slug = 'ci'
const cancelWaitMs = 20_000

async function timed<T>(what: string, work: Promise<T>, say: (value: T) => string): Promise<T> {
  const started = performance.now()
  const value = await work
  out.write(
    `${styleText('green', '✓')} ${what.padEnd(24)} ${duration(performance.now() - started).padStart(7)}  ${say(value)}\n`,
  )
  return value
}

function summarize(server: DemoServer, { build, jobs, tails }: Watched): void {
  const failed = jobs.find((job) => job.state === 'failed' || job.state === 'timed_out')
  const interesting = failed ?? jobs.at(-1)
  const cached = jobs.filter((job) => job.cached === true).length
  const verdict = build.state === 'passed' ? styleText('green', 'passed') : styleText('red', build.state)
  out.write(`Build #${build.number} ${verdict}: ${jobs.length} steps, ${cached} from the cache.\n`)
  if (build.error_message) out.write(`${build.error_message}\n`)
  if (failed) {
    out.write(`\nFirst failure: ${failed.step_key}. Its last lines:\n`)
    for (const line of tails.of(failed.id)) out.write(`  ${line}\n`)
  }
  const where = `/api/v0/organizations/default/pipelines/${build.pipeline_slug}/builds/${build.number}`
  out.write(`\nBuild:  curl -H 'Authorization: Bearer ${server.token}' ${server.url}${where}\n`)
  if (interesting)
    out.write(
      `Log:    curl -H 'Authorization: Bearer ${server.token}' ${server.url}/v0/jobs/${interesting.id}/logs.txt\n`,
    )
  out.write(`Server: ${server.url}, its own log is ${server.logFile}\n`)
}

async function main(): Promise<number> {
  const stayAfterwards = out.isTTY === true && !process.argv.includes('--once')
  const server = await timed('server', startDemoServer(), (it) => it.url)
  const interrupted = new Promise<'interrupted'>((done) => {
    // Ctrl-C ends npm at once, and with it perhaps the terminal: what was started must still be stopped.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done('interrupted'))
    out.on('error', () => done('interrupted'))
  })
  try {
    const pipeline = await timed(
      'pipeline rendered',
      planPipeline(root, slug),
      (it) => `${it.shapes.length} steps from .hm/`,
    )
    const source = await timed(
      'working tree packed',
      packWorkingTree(root),
      (it) => `${it.files} files, ${Math.ceil(it.bytes / 1024)} KiB`,
    )
    const facts = gitFacts(root)
    const api = connect(server.url, server.token, 'default')
    const name = await api.ensurePipeline({ name: slug, repository: 'local/harmont', default_branch: 'main' })
    const message = facts.dirty ? `${facts.message} (with local changes)` : facts.message
    const build = await timed(
      'build accepted',
      api.createBuild(name, { ...facts, message, pipeline_ir: pipeline.ir, source_b64: source.base64 }),
      (it) => `#${it.number}`,
    )
    const title = `harmont/${name} #${build.number}`
    const result = await Promise.race([watchBuild(api, name, build.number, title, pipeline.shapes, out), interrupted])
    if (result === 'interrupted') {
      // Commands outlive the server by design; nobody will come back for these.
      await api.cancelBuild(name, build.number)
      await buildEnd(api, name, build.number, cancelWaitMs)
      return 130
    }
    summarize(server, result)
    if (stayAfterwards) {
      out.write('\nStill serving. Ctrl-C stops it.\n')
      await interrupted
    }
    return result.build.state === 'passed' ? 0 : 1
  } finally {
    await server.stop()
  }
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(`The demo could not run: ${error instanceof Error ? error.message : error}`)
  return 1
})
