import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Build, type CloudClient, type Schemas, withSource } from '@harmont/cloud'
import { replaceFile } from '../config/replace-file.ts'
import type { Context } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { isMissing } from '../is-missing.ts'
import { projectName, slugFor } from '../project/project-name.ts'
import { isSame, unlessNotFound } from '../server/pipeline-address.ts'
import type { Session } from '../server/session.ts'
import { freeName, takenFailure } from './taken-slug.ts'

/** A build to create in its pipeline on the server. */
export interface Submission {
  readonly org: string
  /** The pipeline's slug in the repository. */
  readonly slug: string
  readonly name: string
  /** `owner/name`; null without a remote. */
  readonly repository: string | null
  readonly remote: string | null
  readonly defaultBranch: string
  readonly build: Schemas['CreateBuildRequest']
  /** The packed source; null for a build without source. */
  readonly archive: string | null
}

type Here = Pick<Context, 'config' | 'ask' | 'output' | 'signal' | 'cacheDirectory' | 'directory'>

/** Creates the build in its pipeline (cli.md 5). Creates a missing pipeline first. */
export async function submit(here: Here, session: Session, submission: Submission): Promise<Build> {
  const { client } = session
  const { org, slug, repository } = submission
  const configured = (await here.config()).get('cloud.pipeline')
  if (configured !== undefined) return createIn(here, client, submission, configured)
  if (repository === null) {
    const pipeline = await findOrCreate(here, client, submission)
    const config = await here.config()
    await config.set('project', 'cloud.org', org)
    here.output.say(`wrote cloud.org and cloud.pipeline to ${await config.set('project', 'cloud.pipeline', pipeline)}`)
    return createIn(here, client, submission, pipeline)
  }
  const memory = slugMemory(here.cacheDirectory, { apiUrl: session.apiUrl, org, repository, slug })
  const remembered = await memory.get()
  const known = remembered === undefined ? null : await unlessNotFound(createIn(here, client, submission, remembered))
  if (known !== null) return known
  await memory.forget()
  const build =
    (await unlessNotFound(createBySource(here, client, submission, repository))) ??
    (await createIn(here, client, submission, await findOrCreate(here, client, submission)))
  await memory.set(build.pipeline_slug)
  return build
}

async function createIn(here: Here, client: CloudClient, submission: Submission, pipeline: string): Promise<Build> {
  const { org, build, archive } = submission
  const body = archive === null ? build : await withSource(build, archive)
  return client.createBuild({ org, pipeline, body }, { signal: here.signal })
}

async function createBySource(
  here: Here,
  client: CloudClient,
  submission: Submission,
  repository: string,
): Promise<Build> {
  const { org, build, archive, slug } = submission
  const fields = { ...build, repo_name: repository, source_slug: slug }
  const body = archive === null ? fields : await withSource(fields, archive)
  return client.createBuildBySource({ org, body }, { signal: here.signal })
}

/**
 * Returns the slug of the server's pipeline with this name if it belongs to this repository or to
 * none; otherwise creates a pipeline.
 */
async function findOrCreate(here: Here, client: CloudClient, submission: Submission): Promise<string> {
  const { org, slug, repository } = submission
  const found = await unlessNotFound(client.getPipeline({ org, pipeline: slug }, { signal: here.signal }))
  const isOurs = found !== null && (!found.repo_name || (repository !== null && isSame(found.repo_name, repository)))
  if (found !== null && isOurs) return found.slug
  const address = repository ?? (await nameRepository(here))
  const name = found === null ? slug : freeName(address, slug)
  const isWanted = await here.ask.confirm({
    message: `There is no pipeline ${name} in ${org} yet. Create it?`,
    default: true,
    flag: '--yes',
  })
  if (!isWanted) throw new HmError(exits.notFound, 'pipeline_not_found', `there is no pipeline ${name} in ${org}`)
  const body = {
    name,
    source_slug: slug,
    default_branch: submission.defaultBranch,
    repository: submission.remote ?? address,
    ...(repository === null ? {} : { repo_name: repository }),
  }
  try {
    const made = await client.createPipeline({ org, body }, { signal: here.signal })
    here.output.say(`created the pipeline ${org}/${made.slug}`)
    return made.slug
  } catch (error) {
    throw takenFailure(error, settledBy(name, repository === null ? ` --repository ${address}` : ''))
  }
}

function nameRepository({ ask, directory }: Here): Promise<string> {
  return ask.text({
    message: 'Repository name?',
    default: projectName(directory, null),
    flag: 'cloud.pipeline in .hm/config.toml',
  })
}

/** Lets the user decide about a taken slug, because only they know whose project uses it. */
function settledBy(name: string, repository: string): string {
  const taken = slugFor(name)
  const use = (slug: string) => `hm config set --project cloud.pipeline ${slug}`
  return `${use(taken)}, if it is this project's; else hm pipeline create ${taken}-2${repository} && ${use(`${taken}-2`)}`
}

/** Remembers the server's slug of a pipeline for a given server, organization and repository. */
interface SlugMemory {
  get(): Promise<string | undefined>
  set(slug: string): Promise<void>
  forget(): Promise<void>
}

interface Place {
  readonly apiUrl: string
  readonly org: string
  readonly repository: string
  /** The slug in the repository. */
  readonly slug: string
}

/** Stores each slug in a small file below the cache directory. A lost file costs one request. */
function slugMemory(cacheDirectory: string, { apiUrl, org, repository, slug }: Place): SlugMemory {
  const key = JSON.stringify([apiUrl, org, repository.toLowerCase(), slug])
  const file = join(cacheDirectory, 'pipelines', createHash('sha256').update(key).digest('hex'))
  return {
    async get() {
      try {
        return (await readFile(file, 'utf8')).trim() || undefined
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    set: (found) => replaceFile(file, `${found}\n`, { file: 0o600, directory: 0o700 }),
    forget: () => rm(file, { force: true }),
  }
}
