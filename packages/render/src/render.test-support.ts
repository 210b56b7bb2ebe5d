import process from 'node:process'
import { sharedCompiled } from '@harmont/outside/shared-compiled'
import { readSourceSet } from '@harmont/source-set'
import type { RenderOptions } from './render-options.ts'
import { renderPipeline } from './render-pipeline.ts'

export type Overrides = Partial<RenderOptions> & { readonly variables?: Readonly<Record<string, string | undefined>> }

export function options(project: string, { variables, ...overrides }: Overrides = {}) {
  const env = { ...process.env, ...variables }
  return {
    project,
    context: null,
    env,
    cacheDirectory: sharedCompiled,
    sourceSet: () => readSourceSet(project),
    ...overrides,
  }
}

export const render = (project: string, slug: string, overrides?: Overrides) =>
  renderPipeline({ ...options(project, overrides), slug })

export const typescript = (
  slug: string,
  command = 'true',
  before = '',
) => `import { sh, pipeline, context } from '@harmont/hm'
${before}
export default { slug: '${slug}', pipeline: () => pipeline([sh(${command.includes('context') ? command : JSON.stringify(command)}, { key: 'a' })]) }
`
export const python = (slug: string, command = '"true"', before = '') => `import os
import harmont as hm
${before}

@hm.pipeline("${slug}")
def made():
    return hm.sh(${command}, key="a")
`
export const commandOf = (rendered: { ok: boolean; json?: string }) =>
  rendered.json === undefined ? rendered : JSON.parse(rendered.json).graph.nodes[0].step.cmd
