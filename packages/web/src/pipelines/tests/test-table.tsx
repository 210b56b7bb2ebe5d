import { testTitle, verdictWords } from '@harmont/logs/test-names'
import { Link } from '@tanstack/react-router'
import { Tag } from '../../design/chip.tsx'
import { Ago } from '../../design/instant.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { StateMark } from '../../design/state-mark.tsx'
import { Table, Td } from '../../design/table.tsx'
import { capital } from '../../text/capital.ts'
import { formatTestDuration } from '../../text/duration.ts'
import { firstWords } from '../../text/test-names.ts'
import type { PipelineTest } from './queries.ts'

interface TestTableProps {
  readonly org: string
  readonly slug: string
  readonly tests: readonly PipelineTest[]
}

/** Lists tests with the state of each in the newest builds of the default branch. */
export function TestTable({ org, slug, tests }: TestTableProps) {
  return (
    <Table
      caption="Tests"
      columns={['Test', { name: 'Passed', numeric: true }, { name: 'Median', numeric: true }, 'Last failure']}
    >
      <tbody>
        {tests.map((test) => (
          <tr key={test.id}>
            <Td className="w-full max-w-0 max-sm:max-w-none max-sm:flex-[1_1_100%]!">
              <Name {...{ org, slug, test }} />
            </Td>
            <Td numeric label="Passed">
              {passShare(test)}
            </Td>
            <Td numeric label="Median">
              {formatTestDuration(test.median_ms)}
            </Td>
            <Td className="text-13 whitespace-nowrap">
              <LastFailure {...{ org, slug, test }} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

interface OneProps {
  readonly org: string
  readonly slug: string
  readonly test: PipelineTest
}

function Name({ org, slug, test }: OneProps) {
  const words = test.failing_since === null ? null : firstWords(test.last_failure?.message ?? null)
  return (
    <div className="flex min-w-0 items-start gap-2">
      <span className="pt-1">
        <StateMark state={test.state ?? 'unknown'} />
      </span>
      <div className="min-w-0">
        <Link
          to="/$org/pipelines/$slug/tests/$test"
          params={{ org, slug, test: test.id }}
          className="font-semibold break-words hover:underline"
        >
          <IsolatedText text={testTitle(test)} />
        </Link>
        {(test.flaky != null || test.quarantine != null) && (
          <p className="flex flex-wrap gap-1 py-0.5">
            {test.flaky != null && <Tag>{provedWords(test.flaky)}</Tag>}
            {test.quarantine != null && <Tag>In quarantine</Tag>}
          </p>
        )}
        {words !== null && (
          <p className="truncate text-13">
            <IsolatedText text={words} />
          </p>
        )}
        {test.file !== null && (
          <p className="truncate font-mono text-13 text-muted">
            <IsolatedText text={test.file} />
          </p>
        )}
      </div>
    </div>
  )
}

/** Returns `Flaky: 3 of 10 forks passed`. */
export function provedWords(proof: NonNullable<PipelineTest['flaky']>): string {
  return capital(verdictWords({ ...proof, verdict: 'flaky' }) ?? '')
}

/** Returns the share of builds that passed the test, among those that ran it. */
export function passShare({ runs, failures, pass_rate: rate }: PipelineTest): string {
  if (rate === null) return '—'
  // Shows 100 % only without failures.
  const percent = failures === 0 ? 100 : Math.min(99, Math.round(rate * 100))
  return `${percent}% of ${runs}`
}

function LastFailure({ org, slug, test: { last_failure: last, failing_since: since } }: OneProps) {
  if (last === null) return null
  const shown = since ?? last
  return (
    <span className={since === null ? 'text-muted' : 'text-fail'}>
      {since !== null && 'since '}
      <Link
        to="/$org/pipelines/$slug/builds/$number"
        params={{ org, slug, number: String(shown.number) }}
        search={{ view: 'tests' }}
        className="underline decoration-edge underline-offset-3"
      >
        #{shown.number}
      </Link>{' '}
      <Ago at={shown.at} />
    </span>
  )
}
