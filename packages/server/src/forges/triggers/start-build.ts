import type pg from 'pg'
import { hasBalance } from '../../billing/index.ts'
import type { Author, BuildFacts } from '../../builds/records/build-facts.ts'
import { type Submission, type SubmitServices, type Submitted, submitBuild } from '../../builds/submit/submit-build.ts'
import type { PipelineRow } from '../../organizations/pipelines/store.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import type { ConnectedRepository } from '../repositories/connected-repository.ts'

export interface StartServices extends SubmitServices {
  readonly settings: Settings
}

/** A build that a trigger starts. */
export interface TriggeredBuild {
  readonly repository: ConnectedRepository
  readonly pipeline: PipelineRow
  readonly author: Author
  readonly branch: string
  readonly commit: string
  readonly message: string | null
  /** The name of the repository to fetch from, see `sourceNameOf`. */
  readonly sourceName: string
  /** Full refs in that repository that contain the commit. */
  readonly refs: readonly string[]
  readonly facts: BuildFacts
  readonly within?: (client: pg.ClientBase, build: { readonly id: string }) => Promise<void>
}

const longestMessage = 64 * 1024

/**
 * Starts the build of a trigger. Without balance the build fails at once, so that the commit shows
 * the reason (`http.md` 10.2).
 */
export async function startBuild(services: StartServices, build: TriggeredBuild): Promise<Submitted> {
  const { repository, pipeline, author, facts, within } = build
  const { organizationId, organizationSlug } = repository
  const submission = {
    owner: { organizationId, organizationSlug },
    pipeline,
    author,
    input: {
      branch: build.branch,
      commit: build.commit,
      message: build.message && Buffer.from(build.message).subarray(0, longestMessage).toString().replaceAll('\0', ''),
      env: {},
      ir: null,
      source: { kind: 'git' as const, repository: build.sourceName, commit: build.commit, refs: build.refs },
      withoutCache: false,
    },
    facts,
    ...(within === undefined ? {} : { within }),
  }
  return submitBuild(services, await withoutBalanceRejected(services, submission))
}

/** Returns the submission, or without balance a submission that fails at once (`http.md` 10.2). */
export async function withoutBalanceRejected(services: StartServices, submission: Submission): Promise<Submission> {
  const { facts, owner } = submission
  if (await hasBalance(services.pool, services.settings, owner.organizationId)) return submission
  return { ...submission, facts: { ...facts, held: false }, from: { kind: 'rejected', ...noBalance } }
}

const noBalance = {
  code: 'billing_insufficient_balance',
  message: 'The organization has no balance left, or running builds will use it up; top it up, then build again.',
}
