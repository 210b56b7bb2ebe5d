import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useAuthConfig } from '../../api/auth-config.ts'
import { usePermission, useSession } from '../../api/session.ts'
import { Button, buttonClass } from '../../design/button.tsx'
import { CopyField } from '../../design/copy-field.tsx'
import { chooseStart } from './choice.ts'
import { cliSessionQuery, connectedNamesQuery } from './queries.ts'
import { type StartStep, startSteps } from './steps.ts'

interface GettingStartedProps {
  readonly org: string
  readonly hasPipeline: boolean
  readonly hasBuild: boolean
}

/** The interval for checking steps that happen in a terminal or at a forge. */
const lookMs = 5000

/**
 * Guides the reader to the first build with one command per step, ticked automatically (web F3).
 */
export function GettingStarted({ org, hasPipeline, hasBuild }: GettingStartedProps) {
  const config = useAuthConfig()
  const { organizations } = useSession()
  const isSignedIn = useQuery({ ...cliSessionQuery, refetchInterval: ({ state }) => (state.data ? false : lookMs) })
  const connected = useQuery({
    ...connectedNamesQuery(org),
    refetchInterval: ({ state }) => (state.data?.length ? false : lookMs),
  })
  const docsUrl = config?.docs_url ?? `${location.origin}/docs`
  const steps = startSteps({
    origin: location.origin,
    org,
    organizations: organizations.length,
    install: config?.cli_install ?? null,
    docsUrl,
    hasCliSession: isSignedIn.data ?? false,
    hasPipeline,
    hasBuild,
    hasRepository: (connected.data ?? []).length > 0,
  })
  const done = steps.filter(({ isDone }) => isDone).length
  return (
    <section aria-labelledby="getting-started" className="mx-auto my-6 flex max-w-[72ch] flex-col px-4">
      <div className="flex flex-wrap items-baseline gap-x-4">
        <h2 id="getting-started" className="flex-1 text-20 font-semibold">
          Getting started
        </h2>
        <span className="text-muted">
          {done} of {steps.length} done
        </span>
        <Button look="quiet" onClick={() => chooseStart(org, 'put-away')}>
          Dismiss
        </Button>
      </div>
      <ol className="mt-3 rounded-surface border border-hairline bg-raised">
        {steps.map((step, index) => (
          <li key={step.id} className="flex gap-3 border-b border-hairline p-4 last:border-b-0">
            <Tick number={index + 1} isDone={step.isDone} />
            <StepBody step={step} org={org} docsUrl={docsUrl} />
          </li>
        ))}
      </ol>
    </section>
  )
}

function StepBody({
  step,
  org,
  docsUrl,
}: {
  readonly step: StartStep
  readonly org: string
  readonly docsUrl: string
}) {
  const canConnect = usePermission(org, 'vcs')
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-2">
      <h3 className="font-semibold">{step.title}</h3>
      {!step.isDone && (
        <>
          {step.commands.map(({ label, text }) => (
            <CopyField key={text} label={label} text={text} />
          ))}
          <p className="text-13 text-muted">{step.note}</p>
          {step.id === 'install' && step.commands.length === 0 && (
            <p>
              <a href={`${docsUrl}/getting-started`} className="underline">
                How to install hm
              </a>
            </p>
          )}
          {step.id === 'connect' &&
            (canConnect ? (
              <p>
                <Link to="/$org/settings/integrations" params={{ org }} className={buttonClass()}>
                  Connect a repository
                </Link>
              </p>
            ) : (
              <p className="text-13">Only owners and admins of {org} can do this.</p>
            ))}
        </>
      )}
    </div>
  )
}

/** Shows a filled disc with a check, or the number in a ring, in ink. */
function Tick({ number, isDone }: { readonly number: number; readonly isDone: boolean }) {
  return (
    <svg
      role="img"
      aria-label={isDone ? 'Done' : 'To do'}
      width="24"
      height="24"
      viewBox="0 0 24 24"
      className="shrink-0"
    >
      {isDone ? (
        <>
          <circle cx="12" cy="12" r="11" className="fill-text" />
          <path d="m7 12.4 3.3 3.3L17 9" fill="none" strokeWidth="2" className="stroke-ground" />
        </>
      ) : (
        <>
          <circle cx="12" cy="12" r="11" fill="none" className="stroke-edge" />
          <text x="12" y="16" textAnchor="middle" className="fill-muted text-12">
            {number}
          </text>
        </>
      )}
    </svg>
  )
}
