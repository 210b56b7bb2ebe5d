import { testTitle } from '@harmont/logs/test-names'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { usePermission } from '../../api/session.ts'
import { Button } from '../../design/button.tsx'
import { Ago, Instant } from '../../design/instant.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { ConfirmDialog } from '../../design/overlays/confirm-dialog.tsx'
import { toast } from '../../interaction/toasts.tsx'
import { type PipelineTest, setQuarantine } from './queries.ts'

interface QuarantineButtonProps {
  readonly org: string
  readonly slug: string
  readonly test: PipelineTest
}

/** Puts a test into quarantine, or lifts it, once an administrator confirms. */
export function QuarantineButton({ org, slug, test }: QuarantineButtonProps) {
  const client = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const refused = usePermission(org, 'pipeline.manage')
    ? null
    : `Only owners and admins of ${org} can change quarantine`
  const isIn = test.quarantine != null
  const change = async () => {
    await setQuarantine(org, slug, test.id, !isIn)
    await Promise.all([
      client.invalidateQueries({ queryKey: ['test', org, slug, test.id] }),
      client.invalidateQueries({ queryKey: ['pipeline-tests', org, slug] }),
    ])
    toast(isIn ? 'The test counts again' : 'The test is in quarantine')
  }
  return (
    <>
      <Button refused={refused} onClick={() => setAsking(true)}>
        {isIn ? 'Lift quarantine' : 'Quarantine'}
      </Button>
      <ConfirmDialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title={isIn ? 'Lift the quarantine?' : 'Put this test into quarantine?'}
        confirm={isIn ? 'Lift quarantine' : 'Quarantine'}
        look="primary"
        onConfirm={change}
      >
        <p className="font-semibold break-words">
          <IsolatedText text={testTitle(test)} />
        </p>
        <p>
          {isIn ? (
            'A step fails again when this test does. A later proof that it is flaky may put it back.'
          ) : (
            <>
              In steps with <code>quarantine</code>, its failures no longer fail the build. The quarantine ends after 50
              passes in a row, or 14 days without a new proof that the test is flaky.
            </>
          )}
        </p>
      </ConfirmDialog>
    </>
  )
}

interface QuarantineNoticeProps {
  readonly quarantine: NonNullable<PipelineTest['quarantine']>
}

/** Shows since when a test is in quarantine, why, and when the quarantine ends. */
export function QuarantineNotice({ quarantine: { since, until, proved_at: provedAt } }: QuarantineNoticeProps) {
  return (
    <p className="border-y border-hairline bg-soft-tint px-4 py-1 text-13">
      <strong className="font-semibold text-soft">In quarantine</strong> since <Ago at={since} />:{' '}
      {provedAt === null ? (
        'put there by an administrator'
      ) : (
        <>
          proved flaky <Ago at={provedAt} />
        </>
      )}
      . It ends on <Instant at={until} /> without a new proof, or after 50 passes in a row.
    </p>
  )
}
