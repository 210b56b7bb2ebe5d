import { verdictWords } from '@harmont/logs/test-names'
import { Link } from '@tanstack/react-router'
import { Tag } from '../../design/chip.tsx'
import { Ago } from '../../design/instant.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { StateWord } from '../../design/state-mark.tsx'
import { Table, Td } from '../../design/table.tsx'
import { ForkLinks } from '../../navigation/fork-links.tsx'
import { capital } from '../../text/capital.ts'
import { formatTestDuration } from '../../text/duration.ts'
import { shortCommit } from '../../text/forge-link.ts'
import { firstWords, testPlace } from '../../text/test-names.ts'
import type { TestRun } from './queries.ts'

interface RunTableProps {
  readonly org: string
  readonly slug: string
  readonly runs: readonly TestRun[]
}

/** Lists the results of a test, newest first. */
export function RunTable({ org, slug, runs }: RunTableProps) {
  return (
    <Table
      caption="Results, newest first"
      columns={[
        'Build',
        'Result',
        'Branch',
        'Step',
        { name: 'Duration', numeric: true },
        { name: 'When', numeric: true },
      ]}
    >
      <tbody>
        {runs.map((run) => (
          <tr key={run.job_id}>
            <Td>
              <Link
                to="/$org/pipelines/$slug/builds/$number"
                params={{ org, slug, number: String(run.number) }}
                search={{ view: 'tests' }}
                className="tabular underline decoration-edge underline-offset-3"
              >
                #{run.number}
              </Link>
            </Td>
            <Td className="w-full max-w-0 max-sm:basis-full max-sm:max-w-full">
              <Result {...{ org, slug, run }} />
            </Td>
            <Td className="max-w-60 truncate text-13">
              <IsolatedText text={run.branch} /> <span className="font-mono text-muted">{shortCommit(run.commit)}</span>
            </Td>
            <Td className="max-w-40 truncate text-13 text-muted">
              <IsolatedText text={run.step_key ?? '—'} />
              {run.attempt > 1 && ` · attempt ${run.attempt}`}
            </Td>
            <Td numeric className="text-13">
              {formatTestDuration(run.duration_ms)}
            </Td>
            <Td numeric className="text-13 text-muted">
              <Ago at={run.at} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Result({ org, slug, run }: Pick<RunTableProps, 'org' | 'slug'> & { readonly run: TestRun }) {
  const words = firstWords(run.message)
  const proved = verdictWords(run)
  const at = run.state === 'passed' ? null : testPlace(run)
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-2">
        <StateWord state={run.state} cached={run.cached} />
        {proved !== null && <Tag>{capital(proved)}</Tag>}
      </p>
      {words !== null && (
        <p className="truncate text-13">
          <IsolatedText text={words} />
        </p>
      )}
      {at !== null && (
        <p className="truncate font-mono text-13 text-muted">
          <IsolatedText text={at} />
        </p>
      )}
      {(run.fork_results ?? []).length > 0 && (
        <p className="text-13 text-muted">
          <ForkLinks
            {...{ org, slug, number: run.number, results: run.fork_results ?? [] }}
            step={run.step_key ?? run.job_id}
            {...(run.attempt > 1 && { attempt: run.attempt })}
          />
        </p>
      )}
    </>
  )
}
