/**
 * `npm run demo`: starts the server and runs this repository's pipeline on it with `hm run
 * --cloud`. In a terminal, it then serves until Ctrl-C. Without a terminal, or with `--once`, it
 * stops the server and exits with hm's code: 0 if the build passed, 1 if it failed.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { styleText } from 'node:util'
import { type CloudClient, CloudError, createClient } from '@harmont/cloud'
import { repositoryRoot } from '../server-process.ts'
import { type DemoServer, startDemoServer } from './server.ts'

const out = process.stdout
const org = 'default'
const pipeline = 'ci'
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

async function ensurePipeline(client: CloudClient): Promise<void> {
  try {
    await client.getPipeline({ org, pipeline })
  } catch (error) {
    if (!(error instanceof CloudError) || error.code !== 'pipeline_not_found') throw error
    const body = { name: pipeline, source_slug: pipeline, repository: 'local/harmont', default_branch: 'main' }
    await client.createPipeline({ org, body })
  }
}

/** Runs `hm run --cloud` in this checkout. Returns the exit code; null if a signal ended it. */
function runPipeline({ url, token }: DemoServer): Promise<number | null> {
  const program = join(repositoryRoot, 'packages/cli/bin/hm.js')
  const child = spawn(process.execPath, [program, 'run', pipeline, '--cloud'], {
    cwd: repositoryRoot,
    stdio: 'inherit',
    env: {
      ...process.env,
      HM_API_URL: url,
      HM_API_TOKEN: token,
      HM_ORG: org,
      // Without this, hm would look for a pipeline of the checkout's remote.
      HM_CLOUD__PIPELINE: pipeline,
      HM_PREFERENCES__AUTO_WATCH: 'true',
    },
  })
  // A terminal sends Ctrl-C to hm directly. A second signal would make hm exit before the build is
  // canceled.
  for (const signal of signals)
    process.on(signal, () => (signal !== 'SIGINT' || process.stdin.isTTY !== true) && child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
}

/** Prints commands that show the newest build, and the server's address. */
async function explain(client: CloudClient, { url, token, logFile }: DemoServer): Promise<void> {
  const { data: builds } = await client.listBuilds({ org, pipeline, limit: 1 })
  const [build] = builds
  if (build === undefined) return
  const { data: jobs } = await client.listJobs({ org, pipeline, number: build.number })
  const curl = (path: string) => `curl -H 'Authorization: Bearer ${token}' ${url}${path}\n`
  out.write(`\nBuild:  ${curl(`/api/v0/organizations/${org}/pipelines/${pipeline}/builds/${build.number}`)}`)
  const job = jobs.find(({ state }) => state === 'failed' || state === 'timed_out') ?? jobs.at(-1)
  if (job !== undefined) out.write(`Log:    ${curl(`/v0/jobs/${job.id}/logs.txt`)}`)
  out.write(`Server: ${url}, its own log is ${logFile}\n`)
}

async function main(): Promise<number> {
  const staysAfterwards = out.isTTY === true && !process.argv.includes('--once')
  const started = performance.now()
  const server = await startDemoServer()
  out.write(
    `${styleText('green', '✓')} server  ${((performance.now() - started) / 1000).toFixed(1)} s  ${server.url}\n`,
  )
  // Ctrl-C ends npm at once, and possibly the terminal. The server must still be stopped.
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of signals) process.on(signal, () => resolve())
    out.on('error', () => resolve())
  })
  try {
    const client = createClient({ baseUrl: server.url, token: server.token })
    await ensurePipeline(client)
    const code = (await runPipeline(server)) ?? 1
    if (code > 1) return code
    await explain(client, server)
    if (staysAfterwards) {
      out.write('\nStill serving. Ctrl-C stops it.\n')
      await interrupted
    }
    return code
  } finally {
    await server.stop()
  }
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(`The demo could not run: ${error instanceof Error ? error.message : error}`)
  return 1
})
