import { INIT_TEMPLATES } from '@harmont/hm/toolchains'
import { listPipelines } from '@harmont/render'
import { readGitFacts } from '@harmont/source-set'
import type { Context, Handler } from '../command.ts'
import { exits, HmError, usageError } from '../errors.ts'
import { repositoryOf } from '../local/local-context.ts'
import { chooseSlug } from './choose-slug.ts'
import { findProjects, type Project, templateOf } from './find-projects.ts'
import { offerSignIn } from './offer-sign-in.ts'
import { offerSkills } from './offer-skills.ts'
import { otherCi } from './other-ci.ts'
import { pipelineText } from './pipeline-text.ts'
import { readFolders } from './read-folders.ts'
import { showWritten } from './show-written.ts'
import { ignoreInGit, writePipelineFile } from './write-pipeline-file.ts'

/** `hm init` (sdk-cli.md 5.9): writes a first pipeline, and says how to go on. */
export const run: Handler<'init'> = async (context) => {
  const { directory, flags, output } = context
  const projects = await chooseProjects(context)
  const language = flags.lang ?? (projects.every(({ template }) => template.language === 'py') ? 'py' : 'ts')
  const file = `.hm/pipeline.${language}`
  const git = await readGitFacts(directory)
  const slug = await chooseSlug(context, repositoryOf(git?.remote ?? null))
  await refuseSecond(context, file, slug)
  const branch = git?.defaultBranch ?? git?.branch ?? 'main'
  const text = pipelineText({ projects, language, isPlain: flags.plain, slug, branch })
  await writePipelineFile(directory, file, text, flags.force)
  await ignoreInGit(directory)
  const kinds = projects.map(({ template, folder }) => `${template.kind} (${folder.path})`)
  output.say(`Wrote ${file} for ${kinds.join(', ')}: the pipeline ${slug}.`)
  await showWritten(context, slug)
  if (!flags.plain)
    output.say(
      'Its first step downloads the tools. `hm init --plain --force` writes one that uses those of this machine.',
    )

  const others = await otherCi(directory)
  if (others.length > 0) output.say(`Other CI files are here and stay as they are: ${others.join(', ')}.`)
  if (context.ask.possible) {
    await offerSignIn(context)
    if (!flags.noSkills) await offerSkills(context)
  }
  output.say('Next: hm run')
  return exits.ok
}

async function chooseProjects({ directory, flags, ask }: Context<'init'>): Promise<readonly Project[]> {
  const folders = await readFolders(directory)
  const here = folders[0]
  if (here === undefined) throw new Error(`${directory} was not read`)
  if (flags.template !== undefined) return [{ template: templateOf(flags.template), folder: here }]
  const found = findProjects(folders)
  if (found.length > 0) return found
  if (!ask.possible)
    throw usageError(
      'no kind of project is known by the files here and one level below',
      `name it: hm init -t ${INIT_TEMPLATES.map(({ kind }) => kind).join('|')}`,
    )
  const kind = await ask.select({
    message: 'No kind of project is known by the files here. What is it?',
    options: INIT_TEMPLATES.map(({ kind, markers }) => ({ value: kind, label: kind, hint: markers.join(', ') })),
    flag: '-t KIND',
  })
  return INIT_TEMPLATES.filter((template) => template.kind === kind).map((template) => ({ template, folder: here }))
}

/** A slug that is there twice is no pipeline at all. */
async function refuseSecond(
  { directory, env, cacheDirectory, signal }: Context<'init'>,
  file: string,
  slug: string,
): Promise<void> {
  const { pipelines, errors } = await listPipelines({ project: directory, context: null, env, cacheDirectory, signal })
  const other = [...pipelines, ...errors].find((each) => each.slug === slug && each.file !== file)
  if (other === undefined) return
  throw new HmError(exits.usage, 'pipeline_exists', `${other.file} has a pipeline with the slug "${slug}" already`, {
    fix: `hm run ${slug} runs it; hm init --slug SLUG writes another`,
  })
}
