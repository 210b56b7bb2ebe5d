import type { Check, RepositoryAddress } from '../forge/forge.ts'
import type { GithubRequest } from './app.ts'
import { repositoryPath } from './repository-api.ts'

/** The most bytes of a text that GitHub accepts. */
const mostBytes = 65_000

/** Creates or updates a check run. Returns its id. */
export async function setCheckRun(
  request: GithubRequest,
  repository: RepositoryAddress,
  check: Check,
): Promise<string> {
  const place = repositoryPath(repository)
  const id = check.checkId ?? (await findCheckRun(request, repository, check))
  if (id === null) {
    const { data } = await request('POST /repos/{owner}/{repo}/check-runs', {
      ...place,
      ...fieldsOf(check),
      head_sha: check.commit,
    })
    return String(data.id)
  }
  await request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
    ...place,
    ...fieldsOf(check),
    check_run_id: Number(id),
  })
  return id
}

/** Finds a check that a killed process created without storing its id. */
async function findCheckRun(
  request: GithubRequest,
  repository: RepositoryAddress,
  { commit, name, externalId }: Check,
): Promise<string | null> {
  const { data } = await request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
    ...repositoryPath(repository),
    ref: commit,
    check_name: name,
    filter: 'all',
    per_page: 100,
  })
  const found = data.check_runs.find((run) => run.external_id === externalId)
  return found === undefined ? null : String(found.id)
}

function fieldsOf({ name, externalId, detailsUrl, state, output, actions }: Check) {
  return {
    name,
    external_id: externalId,
    details_url: detailsUrl,
    output: {
      title: output.title,
      summary: cut([output.summary, output.annotations ?? []].flat().join('\n\n')),
      ...(output.text === null ? {} : { text: cut(output.text) }),
    },
    actions: actions.map(({ label, description, identifier }) => ({ label, description, identifier })),
    ...stateOf(state),
  }
}

function stateOf(state: Check['state']) {
  switch (state.status) {
    case 'queued':
      return { status: state.status }
    case 'in_progress':
      return { status: state.status, started_at: secondsOf(state.startedAt) }
    case 'completed':
      return {
        status: state.status,
        conclusion: state.conclusion,
        completed_at: secondsOf(state.completedAt),
        ...(state.startedAt === null ? {} : { started_at: secondsOf(state.startedAt) }),
      }
  }
}

/** Formats an instant as GitHub does, without a fraction. */
function secondsOf(at: Date): string {
  return at.toISOString().replace(/\.\d+/, '')
}

/** Shortens a text without cutting a character apart. */
function cut(text: string): string {
  const bytes = Buffer.from(text)
  return bytes.length <= mostBytes
    ? text
    : bytes
        .subarray(0, mostBytes)
        .toString('utf8')
        .replace(/\uFFFD+$/, '')
}
