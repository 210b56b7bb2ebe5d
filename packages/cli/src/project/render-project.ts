import { type PlanError, parsePlan } from '@harmont/ir'
import {
  describeProblems,
  type EnvelopeError,
  type EnvelopePipeline,
  type RenderFacts,
  type RenderFailure,
  RenderSettingError,
  renderEvery,
  renderPipeline,
} from '@harmont/render'
import { SourceError, type SourceSet } from '@harmont/source-set'
import { suggest } from '../command-line/suggest.ts'
import { quoted } from '../command-line/values.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError, usageError } from '../errors.ts'

export interface ProjectPipeline {
  readonly slug: string
  readonly name: string
  /** The IR with cache keys. */
  readonly ir: string
  /** Describes all problems of the IR, with their places in the pipeline file. */
  readonly explain: (error: PlanError) => string
}

interface RenderRequest {
  /** null selects the only pipeline with these steps, or the preferred one, or asks the user. */
  readonly slug: string | null
  /** Keys that the pipeline must contain, unless a slug selects it. */
  readonly steps?: readonly string[]
  readonly preferred?: string | undefined
  readonly facts: RenderFacts
  readonly sourceSet: () => Promise<SourceSet>
}

type Here = Pick<Context, 'directory' | 'env' | 'output' | 'ask' | 'signal' | 'cacheDirectory'>

/**
 * Renders one pipeline of the project. Warnings and the output of pipeline programs go to stderr.
 * Throws exit 6 if there is no pipeline or its own code fails, exit 7 for an invalid IR, exit 8 if
 * the source cannot be read.
 */
export async function renderProject(here: Here, request: RenderRequest): Promise<ProjectPipeline> {
  const pipeline = await renderNamed(here, request)
  if ('slugs' in pipeline) throw renderError(pipeline)
  return pipeline
}

/** Renders the pipeline, or returns the failure if no pipeline has the slug. */
async function renderNamed(
  here: Here,
  request: RenderRequest,
): Promise<ProjectPipeline | (RenderFailure & { readonly slugs: readonly string[] })> {
  const { slug } = request
  const { output } = here
  const options = renderOptions(here, request)
  try {
    if (slug === null) return await renderOnly(here, await renderEvery(options), request)
    const rendered = await renderPipeline({ ...options, slug })
    if (!rendered.ok && rendered.slugs !== undefined) return { ...rendered, slugs: rendered.slugs }
    printOutput(output, rendered.ok ? rendered : { ...rendered, warnings: [] })
    if (!rendered.ok) throw renderError(rendered)
    const { name, json, file, document, places } = rendered
    return { slug, name, ir: json, explain: (error) => describeProblems(error, { file, document, places }) }
  } catch (error) {
    throw sourceFailure(error)
  }
}

interface Target {
  readonly args: { readonly pipeline: string | undefined; readonly steps: readonly string[] }
  readonly flags: { readonly pipeline: string | undefined; readonly step: readonly string[] }
  /** `default_pipeline`. */
  readonly preferred: string | undefined
}

/**
 * Resolves `[PIPELINE] [STEP...]`: a first word that is not a pipeline is a step, and selects the
 * pipeline that contains it. Throws like `renderProject`.
 */
export async function renderTarget(
  here: Here,
  { args, flags, preferred }: Target,
  request: Pick<RenderRequest, 'facts' | 'sourceSet'>,
): Promise<{ readonly pipeline: ProjectPipeline; readonly steps: readonly string[] }> {
  const words = [...(args.pipeline === undefined ? [] : [args.pipeline]), ...args.steps]
  const [first, ...others] = words
  if (first === undefined || flags.pipeline !== undefined) {
    const pipeline = await renderNamed(here, { ...request, slug: flags.pipeline ?? preferred ?? null })
    if ('slugs' in pipeline) throw flags.pipeline === undefined ? noDefault(preferred, pipeline) : renderError(pipeline)
    return { pipeline, steps: [...words, ...flags.step] }
  }
  const named = await renderNamed(here, { ...request, slug: first })
  if (!('slugs' in named)) return { pipeline: named, steps: [...others, ...flags.step] }
  if (named.slugs.length === 0) throw renderError(named)
  const steps = [...words, ...flags.step]
  return { pipeline: await renderProject(here, { ...request, slug: null, steps, preferred }), steps }
}

/** Returns the render options, with a message about each slow file. */
export function renderOptions(
  { directory: project, env, output, signal, cacheDirectory }: Omit<Here, 'ask'>,
  { facts, sourceSet }: Pick<RenderRequest, 'facts' | 'sourceSet'>,
): Parameters<typeof renderEvery>[0] {
  return { project, context: facts, env, sourceSet, cacheDirectory, signal, onSlow: slowReporter(output) }
}

/** Reports each slow file once, because it may contain an endless loop. */
function slowReporter(output: Here['output']): (file: string) => void {
  const told = new Set<string>()
  return (file) => {
    if (told.has(file)) return
    told.add(file)
    output.say(`${file} is taking long to render; press Ctrl-C to stop`)
  }
}

/**
 * Converts an unreadable source or an invalid setting to an error for the user; returns any other
 * error unchanged.
 */
export function sourceFailure(error: unknown): unknown {
  if (error instanceof RenderSettingError) return usageError(error.message)
  if (!(error instanceof SourceError)) return error
  return new HmError(exits.source, error.code, error.message, { cause: error })
}

/** Evaluates all pipelines, because their steps are not known in advance. */
async function renderOnly(
  { ask, output }: Here,
  { envelope, places: allPlaces, warnings, output: printed }: Awaited<ReturnType<typeof renderEvery>>,
  { steps = [], preferred }: Pick<RenderRequest, 'steps' | 'preferred'>,
): Promise<ProjectPipeline> {
  const { pipelines, errors } = envelope
  const meant = steps.length === 0 ? [...pipelines, ...errors] : pipelines.filter((each) => hasSteps(each, steps))
  const slugs = [...new Set(meant.flatMap(({ slug }) => slug ?? []))].sort()
  const [only, another] = slugs
  if (only === undefined) throw errors[0] === undefined ? notFound(steps, pipelines) : renderError(errors[0])
  const isClear = another === undefined || (preferred !== undefined && slugs.includes(preferred))
  const slug = isClear ? (another === undefined ? only : (preferred ?? only)) : await choose(ask, slugs, steps)
  const found = pipelines.find((pipeline) => pipeline.slug === slug)
  printOutput(output, {
    output: printed,
    warnings: warnings.filter((warning) => found && warning.startsWith(found.file)),
  })
  for (const error of errors) if (error.slug === null) output.warn(`does not load: ${error.message}`)
  const wrong = errors.find((error) => error.slug === slug)
  if (wrong !== undefined) throw renderError(wrong)
  if (found === undefined) throw noPipeline()
  const { name, file, definition: document } = found
  const places = allPlaces.get(slug)
  return {
    slug,
    name,
    ir: JSON.stringify(document),
    explain: (error) => describeProblems(error, { file, document, places }),
  }
}

function hasSteps({ definition }: EnvelopePipeline, keys: readonly string[]): boolean {
  const steps = stepsIn(definition)
  return keys.every((key) => steps.includes(key))
}

function stepsIn(definition: unknown): string[] {
  const parsed = parsePlan(JSON.stringify(definition))
  return parsed.ok ? parsed.plan.steps.map(({ key }) => key) : []
}

async function choose(ask: Here['ask'], slugs: readonly string[], steps: readonly string[]): Promise<string> {
  if (!ask.possible)
    throw new HmError(exits.render, 'pipeline_ambiguous', `there are several pipelines: ${slugs.join(', ')}`, {
      fix: `name one: hm run ${[slugs[0], ...steps].join(' ')}; or set default_pipeline in .hm/config.toml`,
    })
  const options = slugs.map((value) => ({ value, label: value }))
  return ask.select({ message: 'Which pipeline?', options, flag: 'PIPELINE' })
}

function notFound(steps: readonly string[], pipelines: readonly EnvelopePipeline[]): HmError {
  if (steps.length === 0) return noPipeline()
  const keys = pipelines.flatMap(({ definition }) => stepsIn(definition))
  const missing = steps.find((key) => !keys.includes(key))
  if (missing === undefined)
    return new HmError(exits.render, 'no_pipeline', `no single pipeline has the steps ${steps.join(', ')}`)
  const slugs = pipelines.map(({ slug }) => slug)
  const close = suggest(missing, [...slugs, ...keys])
  const known = `pipelines: ${slugs.join(', ')}; hm graph ${slugs[0]} lists the steps of one`
  return new HmError(exits.render, 'no_pipeline', `no pipeline or step is called ${quoted(missing)}`, {
    fix: close === undefined ? known : `did you mean hm run ${close}? ${known}`,
  })
}

/** The user's own settings may name a pipeline of another project. */
function noDefault(preferred = '', { slugs: [first] }: { readonly slugs: readonly string[] }): HmError {
  if (first === undefined) return noPipeline()
  const message = `default_pipeline is "${preferred}", and this project has no pipeline of that slug`
  const fix = `hm run ${first}, or hm config set --project default_pipeline ${first}`
  return new HmError(exits.render, 'pipeline_not_found', message, { fix })
}

function noPipeline(): HmError {
  return new HmError(exits.render, 'no_pipeline', 'the project has no pipeline', { fix: 'hm init' })
}

function renderError({ code, message }: Pick<EnvelopeError, 'code' | 'message'>): HmError {
  return new HmError(exitOfProblem(code), code, message)
}

/**
 * Returns exit 6 for a fault of the pipeline's own code, exit 7 for an IR that the engine refuses.
 */
export function exitOfProblem(code: string): ExitCode {
  return code === 'render_failed' || code === 'duplicate_slug' ? exits.render : exits.refused
}

/** Prints the programs' output and warnings to stderr. */
export function printOutput(
  output: Here['output'],
  told: { readonly output: string; readonly warnings: readonly string[] },
): void {
  if (told.output !== '') output.say(told.output.replace(/\n$/, ''))
  for (const warning of told.warnings) output.warn(warning)
}
