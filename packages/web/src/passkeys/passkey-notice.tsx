import { CopyField } from '../design/copy-field.tsx'
import { Notice } from '../design/notice.tsx'
import { explainBarrier, type PasskeyBarrier, setupLinkCommand } from './barrier.ts'

interface PasskeyNoticeProps {
  readonly barrier: PasskeyBarrier
  /** The person whose link the command prints, if known. */
  readonly email?: string
}

/** Explains why passkeys do not work here, and the alternative (web A6). */
export function PasskeyNotice({ barrier, email = 'YOUR_ADDRESS' }: PasskeyNoticeProps) {
  return (
    <Notice title="Passkeys do not work here">
      <p>{explainBarrier(barrier, location.origin)}</p>
      {barrier.kind === 'other-address' ? (
        <p>
          <a className="underline" href={barrier.right + location.pathname + location.search}>
            Open this page at {barrier.right}
          </a>
        </p>
      ) : (
        <>
          <p>A one-time link signs you in without a passkey. An administrator can print one, in the server's folder:</p>
          <CopyField label="the command that prints a one-time link" text={setupLinkCommand(email)} />
        </>
      )}
    </Notice>
  )
}
