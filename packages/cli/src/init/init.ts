import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { listPipelines } from '@harmont/render'
import { readGitFacts } from '@harmont/source-set'
import type { Context, Handler } from '../context.ts'
import { exits, HmError, usageError } from '../errors.ts'
import { projectName, slugFor, slugForm } from '../project/project-name.ts'
import { repositoryOf } from '../project/read-project.ts'
import { findProjects, type Project } from './find-projects.ts'
import { readFolders } from './folder.ts'
import { offerSignIn, offerSkills } from './offers.ts'
import { pipelineText } from './pipeline-text.ts'
import { missingTools, plainProject } from './plain-project.ts'
import { KINDS, type ProjectKind, templateOf } from './project-kind.ts'
import { ignoreInGit, showWritten, writePipelineFile } from './write-pipeline-file.ts'
import { writeTypes } from './write-types.ts'

/** `hm init` (cli.md 9): writes a first pipeline, and prints the next steps. */
export const run: Handler<'init'> = async (context) => {
  const { directory, flags, global, output } = context
  if (flags.types) {
    const types = await sayTypes(context)
    if (global.json) await output.json({ types })
    return exits.ok
  }
  const projects = await chooseProjects(context)
  const language = flags.lang ?? (projects.every(({ kind }) => templateOf(kind)?.language === 'py') ? 'py' : 'ts')
  const file = `.hm/pipeline.${language}`
  const git = await readGitFacts(directory)
  const slug = await chooseSlug(context, repositoryOf(git?.remote ?? null))
  await refuseSecond(context, file, slug)
  const branch = git?.defaultBranch ?? git?.branch ?? 'main'
  const text = pipelineText({ projects, language, isPlain: flags.plain, slug, branch })
  await writePipelineFile(directory, file, text, flags.force)
  await ignoreInGit(directory)
  const kinds = projects.map(({ kind, folder }) => `${kind} (${folder.path})`)
  output.say(`Wrote ${file} for ${kinds.join(', ')}: the pipeline ${slug}.`)
  const types = language === 'ts' ? await sayTypes(context) : []
  await showWritten(context, slug)
  if (projects.some(({ kind }) => kind === 'generic'))
    output.say(`hm does not know this kind of project.\nPut its commands into ${file}.`)
  else if (flags.plain) warnOfMissing(context, projects)
  else output.say("The first step downloads the tools.\nTo use this machine's instead: hm init --plain --force")

  const others = await otherCi(directory)
  if (others.length > 0) output.say(`Other CI files stay unchanged: ${someOf(others)}.`)
  if (context.ask.possible) {
    await offerSignIn(context)
    if (!flags.noSkills) await offerSkills(context)
  }
  output.say('Next: hm run')
  if (global.json) {
    const found = projects.map(({ kind, folder }) => ({ kind, path: folder.path }))
    await output.json({ file, slug, projects: found, types, other_ci: others })
  }
  return exits.ok
}

/** Names only some files, because a project may have a workflow per package. */
function someOf(names: readonly string[]): string {
  const more = names.length - 3
  return more <= 1 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${more} more`
}

/**
 * Warns about programs that a plain pipeline needs but its steps cannot find. On other platforms
 * the container has its own programs.
 */
function warnOfMissing({ output }: Context<'init'>, projects: readonly Project[]): void {
  if (process.platform !== 'linux') return
  const missing = missingTools(projects.map(plainProject))
  if (missing.length === 0) return
  output.warn(`steps do not find ${missing.join(', ')}: they see only /usr and /bin`)
  output.say('Install it there, or let the pipeline do that: hm init --force')
}

/** Writes the types for editors, reports their location, and returns the paths. */
async function sayTypes({ directory, output }: Context<'init'>): Promise<readonly string[]> {
  const written = await writeTypes(directory)
  for (const path of written) output.say(`Wrote ${path} for editors.`)
  output.say(
    written.length === 0
      ? 'Editors find the types of the installed @harmont/hm.'
      : 'Git ignores the types. In a new clone: hm init --types',
  )
  return written
}

async function chooseProjects({ directory, flags, ask }: Context<'init'>): Promise<readonly Project[]> {
  const folders = await readFolders(directory)
  const here = folders[0]
  if (here === undefined) throw new Error(`${directory} was not read`)
  if (flags.template !== undefined) return [{ kind: flags.template, folder: here }]
  const found = findProjects(folders)
  if (found.length > 0) return found
  if (!ask.possible) return [{ kind: 'generic', folder: here }]
  const hint = (kind: ProjectKind, markers: readonly string[]) =>
    kind === 'generic' ? 'or unknown: one step to put your commands into' : markers.join(', ')
  const chosen = await ask.select({
    message: 'hm does not know this kind of project by its files. What is it?',
    options: KINDS.map(({ kind, markers }) => ({ value: kind, label: kind, hint: hint(kind, markers) })),
    flag: '-t KIND',
  })
  return KINDS.filter(({ kind }) => kind === chosen).map(({ kind }) => ({ kind, folder: here }))
}

/** Throws for a slug that another file defines, because a slug defined twice gives no pipeline. */
async function refuseSecond(
  { directory, env, cacheDirectory, signal }: Context<'init'>,
  file: string,
  slug: string,
): Promise<void> {
  const { pipelines, errors } = await listPipelines({ project: directory, context: null, env, cacheDirectory, signal })
  const other = [...pipelines, ...errors].find((each) => each.slug === slug && each.file !== file)
  if (other === undefined) return
  throw new HmError(exits.usage, 'pipeline_exists', `${other.file} already has a pipeline with the slug "${slug}"`, {
    fix: `hm run ${slug} runs it; hm init --slug SLUG writes another`,
  })
}

const form = 'a slug has lower-case letters, digits and dashes, begins with a letter, and has at most 64 characters'

/**
 * Returns the slug for the new pipeline: `--slug`, or the project's name, which the user may
 * change. Throws exit 2 for an invalid slug.
 */
async function chooseSlug(
  { directory, flags, ask }: Pick<Context<'init'>, 'directory' | 'flags' | 'ask'>,
  repository: string | null,
): Promise<string> {
  const slug =
    flags.slug ??
    (await ask.text({
      message: 'What is the pipeline called? Servers show it among those of other projects.',
      default: slugFor(projectName(directory, repository)),
      flag: '--slug SLUG',
      validate: (typed) => (slugForm.test(typed) ? undefined : form),
    }))
  if (!slugForm.test(slug)) throw usageError(`--slug ${JSON.stringify(slug)}: ${form}`)
  return slug
}

const FILES = [
  '.gitlab-ci.yml',
  '.circleci/config.yml',
  '.buildkite/pipeline.yml',
  '.travis.yml',
  'Jenkinsfile',
  'azure-pipelines.yml',
  'bitbucket-pipelines.yml',
]

/** Files of other CI systems, relative to the project. */
async function otherCi(directory: string): Promise<string[]> {
  const workflows = join('.github', 'workflows')
  const listed = existsSync(join(directory, workflows)) ? await readdir(join(directory, workflows)) : []
  return [
    ...listed.filter((name) => /\.ya?ml$/.test(name)).map((name) => join(workflows, name)),
    ...FILES.filter((file) => existsSync(join(directory, file))),
  ]
}
