/**
 * Renders pipelines with the TypeScript SDK stand-alone, each in its project directory. Reads a
 * JSON list of jobs and writes a JSON list of answers in the same order.
 */

import process from 'node:process'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { clearTargetCache, renderEnvelope } from '@harmont/hm'
import type { RenderAnswer, RenderJob } from './job.ts'

async function render({ file, project, org, now, env }: RenderJob): Promise<RenderAnswer> {
  process.chdir(project)
  Object.assign(process.env, env)
  try {
    clearTargetCache()
    const { default: one, pipelines } = await import(pathToFileURL(file).href)
    const definitions = pipelines ?? one
    const envelope = renderEnvelope(Array.isArray(definitions) ? definitions : [definitions], {
      basePath: project,
      pipelineOrg: org,
      now,
      env,
    })
    const { definition, ...entry } = JSON.parse(envelope).pipelines[0]
    return { definition: JSON.stringify(definition), entry: JSON.stringify(entry) }
  } catch (error) {
    return { error: error instanceof Error ? `${error.stack}` : String(error) }
  } finally {
    for (const name of Object.keys(env)) delete process.env[name]
  }
}

const jobs: readonly RenderJob[] = JSON.parse(await text(process.stdin))
const answers: RenderAnswer[] = []
for (const job of jobs) answers.push(await render(job))
process.stdout.write(JSON.stringify(answers))
