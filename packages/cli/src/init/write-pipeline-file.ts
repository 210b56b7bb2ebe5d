import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RenderFailure, renderPipeline } from '@harmont/render'
import { readSourceSet } from '@harmont/source-set'
import { replaceFile } from '../config/replace-file.ts'
import type { Context } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { isMissing } from '../is-missing.ts'

const modes = { file: 0o644, directory: 0o755 }

/**
 * Writes `.hm/pipeline.ts` or `.py`. Throws exit 2 if it already exists, unless it may be replaced.
 */
export async function writePipelineFile(project: string, file: string, text: string, force: boolean): Promise<void> {
  const path = join(project, file)
  await mkdir(join(project, '.hm'), { recursive: true, mode: modes.directory })
  if (force) return replaceFile(path, text, modes)
  try {
    await writeFile(path, text, { mode: modes.file, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error
    throw new HmError(exits.usage, 'pipeline_exists', `${file} already exists`, {
      fix: `hm run uses it; hm init --force replaces it`,
      cause: error,
    })
  }
}

const IGNORED = ['node_modules/', '__pycache__/', 'secrets.env']

/** Adds the required lines to `.hm/.gitignore`, and keeps its other lines. */
export async function ignoreInGit(project: string): Promise<void> {
  const path = join(project, '.hm', '.gitignore')
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return ''
    throw error
  })
  const known = new Set(text.split('\n').map((line) => line.trim()))
  const missing = IGNORED.filter((line) => !known.has(line))
  if (missing.length === 0) return
  const gap = text === '' || text.endsWith('\n') ? '' : '\n'
  await replaceFile(path, `${text}${gap}${missing.join('\n')}\n`, modes)
}

/** Renders the new pipeline and lists its steps. Throws exit 6 if it does not render. */
export async function showWritten(
  { directory, env, cacheDirectory, signal, output }: Context<'init'>,
  slug: string,
): Promise<void> {
  const rendered = await renderPipeline({
    project: directory,
    slug,
    context: null,
    env,
    cacheDirectory,
    signal,
    sourceSet: () => readSourceSet(directory),
  })
  if (!rendered.ok) throw unrenderable(rendered)
  for (const warning of rendered.warnings) output.warn(warning)
  const labels = labelsOf(rendered.document)
  output.say(`It has ${labels.length} ${labels.length === 1 ? 'step' : 'steps'}:`)
  for (const label of labels) output.say(`  ${label}`)
}

function unrenderable({ code, message }: RenderFailure): HmError {
  return new HmError(exits.render, code, message, { fix: 'fix it, then hm init --force' })
}

interface Node {
  readonly step: { readonly label?: string; readonly key?: string; readonly cmd: string }
}

// The document needs no check, because our own SDK has just created it.
function labelsOf(document: unknown): string[] {
  const { graph } = document as { readonly graph: { readonly nodes: readonly Node[] } }
  return graph.nodes.map(({ step }) => step.label ?? step.key ?? step.cmd)
}
