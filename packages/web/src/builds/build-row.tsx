import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import { useNow } from '../api/clock.ts'
import { Ago } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { StateMark } from '../design/state-mark.tsx'
import { formatDuration } from '../text/duration.ts'
import { commitLink, shortCommit } from '../text/forge-link.ts'
import type { BuildSummary } from './filters.ts'
import { hasEnded, queuedMs, ranMs, titleOf, triggerLabel, waitLabel } from './labels.ts'

interface BuildRowProps {
  readonly org: string
  readonly build: BuildSummary
  /** The repository of its commits; undefined if unknown. */
  readonly repository?: string | undefined
  /** The pipeline's name, in lists of several pipelines. */
  readonly pipelineName?: string | undefined
}

/** The columns of wide screens, in lists of one pipeline and of several. */
export const buildColumns = {
  one: 'md:grid-cols-[16px_56px_minmax(0,1fr)_minmax(0,180px)_72px_88px] lg:grid-cols-[16px_56px_minmax(0,1fr)_minmax(0,220px)_72px_72px_88px] xl:grid-cols-[16px_56px_minmax(0,1fr)_minmax(0,260px)_72px_112px_72px_72px_88px]',
  several:
    'md:grid-cols-[16px_56px_120px_minmax(0,1fr)_minmax(0,160px)_72px_88px] lg:grid-cols-[16px_56px_140px_minmax(0,1fr)_minmax(0,200px)_72px_72px_88px] xl:grid-cols-[16px_56px_160px_minmax(0,1fr)_minmax(0,240px)_72px_112px_72px_72px_88px]',
}

const above = 'relative z-10'

/**
 * Shows one build as a row of columns, or as two lines on a narrow screen. The whole row is a link.
 */
export const BuildRow = memo(function BuildRow({ org, build, repository, pipelineName }: BuildRowProps) {
  return (
    <div
      className={`relative flex min-h-15 flex-col justify-center gap-x-3 border-b border-hairline px-4 py-1 hover:bg-sunk md:grid md:min-h-row md:items-center ${pipelineName === undefined ? buildColumns.one : buildColumns.several}`}
    >
      <div className="flex min-w-0 items-center gap-2 md:contents">
        <StateMark state={build.state} />
        <span className="tabular text-muted">#{build.number}</span>
        {pipelineName !== undefined && (
          <span className="hidden truncate md:block">
            <IsolatedText text={pipelineName} />
          </span>
        )}
        <Title org={org} build={build} />
        <span className="text-13 text-muted md:hidden">
          <Ago at={build.created_at} />
        </span>
      </div>
      <div className="flex min-w-0 items-center gap-2 pl-6 text-13 text-muted md:contents">
        {pipelineName !== undefined && (
          <span className="truncate text-text md:hidden">
            <IsolatedText text={pipelineName} />
          </span>
        )}
        <Where build={build} />
        <Commit build={build} repository={repository} />
        <span className="hidden truncate text-13 text-muted xl:block">{triggerLabel(build)}</span>
        <span className="hidden text-right text-13 text-muted xl:block">
          <span className="sr-only">queued for </span>
          <Timer build={build} of={queuedMs} isOn={build.started_at == null && !hasEnded(build)} />
        </span>
        <span className="ml-auto text-right md:ml-0 md:text-13 md:text-text">
          <span className="sr-only">ran for </span>
          <Timer build={build} of={ranMs} isOn={build.started_at != null && !hasEnded(build)} />
        </span>
        <span className="hidden text-right text-13 text-muted md:block">
          <Ago at={build.created_at} />
        </span>
      </div>
    </div>
  )
})

/** Shows the message, which links the build, and why the build failed or waits. */
function Title({ org, build }: Pick<BuildRowProps, 'org' | 'build'>) {
  const wait = waitLabel(build)
  return (
    <span className="flex min-w-0 flex-1 items-baseline gap-2">
      <Link
        to="/$org/pipelines/$slug/builds/$number"
        params={{ org, slug: build.pipeline_slug, number: String(build.number) }}
        data-row-link
        className="truncate font-semibold outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
      >
        <IsolatedText text={titleOf(build)} />
      </Link>
      {build.failed_step !== null && (
        <span className="max-w-1/2 shrink-0 truncate text-13 text-fail">
          <span className="sr-only">failed step </span>
          <IsolatedText text={build.failed_step} />
        </span>
      )}
      {wait !== null && <span className="hidden shrink-0 text-13 text-muted sm:inline">{wait}</span>}
    </span>
  )
}

/** Shows branch, tag or pull request, and the author. */
function Where({ build: { branch, tag, pull_request, author } }: { readonly build: BuildSummary }) {
  const isLink = pull_request != null && /^https:\/\//.test(pull_request.url)
  return (
    <span className="truncate text-13">
      {pull_request != null &&
        (isLink ? (
          <a href={pull_request.url} target="_blank" rel="noopener noreferrer" className={`${above} underline`}>
            PR #{pull_request.number}
          </a>
        ) : (
          `PR #${pull_request.number}`
        ))}
      {pull_request != null && ' '}
      <IsolatedText text={tag ?? branch ?? '—'} />
      {author != null && (
        <span className="text-muted">
          {' '}
          by <IsolatedText text={author.name} />
        </span>
      )}
    </span>
  )
}

function Commit({ build: { commit }, repository }: Pick<BuildRowProps, 'build' | 'repository'>) {
  const link = repository === undefined || commit == null ? null : commitLink(repository, commit)
  const short = shortCommit(commit)
  return (
    <span className="hidden truncate font-mono text-13 text-muted lg:block">
      {link === null ? (
        <IsolatedText text={short} />
      ) : (
        <a href={link} target="_blank" rel="noopener noreferrer" className={`${above} underline`}>
          <span className="sr-only">commit </span>
          {short}
        </a>
      )}
    </span>
  )
}

interface TimerProps {
  readonly build: BuildSummary
  readonly of: (build: BuildSummary, now: number) => number | null
  /** Whether the timer still runs; a stopped timer is not updated. */
  readonly isOn: boolean
}

function Timer({ build, of, isOn }: TimerProps) {
  return isOn ? <Ticking build={build} of={of} /> : <span className="tabular">{formatDuration(of(build, 0))}</span>
}

function Ticking({ build, of }: Omit<TimerProps, 'isOn'>) {
  const now = useNow()
  return <span className="tabular whitespace-nowrap">{formatDuration(of(build, now))}</span>
}
