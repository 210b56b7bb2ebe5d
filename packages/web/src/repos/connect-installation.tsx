import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { problemOf } from '../api/problem.ts'
import type { Schema } from '../api/schemas.ts'
import { Button, buttonClass } from '../design/button.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ProblemFacts, Skeleton } from '../design/page-states.tsx'
import { counted } from '../text/count.ts'
import { ConnectGithub } from './connect-github.tsx'
import { connectionChanges, installationReposQuery } from './queries.ts'

interface ConnectInstallationProps {
  readonly org: string
  readonly installation: Schema<'ConnectInstallationRequest'>
  readonly onDone: () => void
}

/**
 * Connects the installation and shows its repositories, or the reason of a refusal and its remedy.
 */
export function ConnectInstallation({ org, installation, onDone }: ConnectInstallationProps) {
  const queries = useQueryClient()
  const { mutate, data, error, isError } = useMutation({ mutationFn: connectionChanges(queries, org).connect })
  const isSent = useRef(false)
  useEffect(() => {
    // State and code work once, so they are sent once, even if the component renders repeatedly.
    if (isSent.current) return
    isSent.current = true
    mutate(installation)
  }, [mutate, installation])
  if (isError) return <Refused org={org} error={error} installation={installation} />
  if (data === undefined) return <Skeleton label="Connecting" />
  return <Bound org={org} installation={data} onDone={onDone} />
}

interface BoundProps {
  readonly org: string
  readonly installation: Schema<'GithubInstallation'>
  readonly onDone: () => void
}

function Bound({ org, installation, onDone }: BoundProps) {
  const { data } = useQuery({
    ...installationReposQuery(org, installation.installation_id),
    refetchInterval: ({ state }) => (state.data?.data.length ? false : 2000),
  })
  const repos = data?.data ?? []
  return (
    <section aria-live="polite" className="flex max-w-[72ch] flex-col gap-3 px-4">
      <p>
        <IsolatedText text={installation.account_login} /> is connected to <IsolatedText text={org} />.
      </p>
      {repos.length === 0 ? (
        <p className="text-muted">Looking for its repositories…</p>
      ) : (
        <>
          <p>
            {counted(repos.length, 'repository', 'repositories')} found; each push with a pipeline in{' '}
            <code className="font-mono">.hm/</code> builds from now on:
          </p>
          <ul className="list-disc pl-5">
            {repos.slice(0, 20).map(({ id, full_name }) => (
              <li key={id}>
                <IsolatedText text={full_name} />
              </li>
            ))}
            {repos.length > 20 && <li>and {repos.length - 20} more</li>}
          </ul>
        </>
      )}
      <div>
        <Button look="primary" onClick={onDone}>
          Go to the repositories
        </Button>
      </div>
    </section>
  )
}

interface RefusedProps {
  readonly org: string
  readonly error: unknown
  readonly installation: Schema<'ConnectInstallationRequest'>
}

function Refused({ org, error, installation }: RefusedProps) {
  const problem = problemOf(error)
  // After linking, GitHub's parameters are reused, because their state is valid until a connection
  // is made.
  const back = new URLSearchParams({ installation_id: String(installation.installation_id) })
  if (installation.state != null) back.set('state', installation.state)
  const redirect = `/${org}/github/setup?${back}`
  return (
    <section role="alert" className="flex max-w-[72ch] flex-col items-start gap-3 px-4">
      <h2 className="text-16 font-semibold">The connection was refused</h2>
      <p>{problem.message}</p>
      <ProblemFacts problem={problem} />
      {problem.code === 'github_identity_required' ? (
        <a
          className={buttonClass('primary')}
          href={`/api/v0/auth/github/start?${new URLSearchParams({ link: 'true', redirect })}`}
        >
          Link your GitHub account
        </a>
      ) : (
        <ConnectGithub org={org} label="Start again" />
      )}
    </section>
  )
}
