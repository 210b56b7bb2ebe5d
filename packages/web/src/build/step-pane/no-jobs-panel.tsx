import { Foreign } from '../../design/isolated-text.tsx'
import { type BuildView, isBuildEnded } from '../data/job-state.ts'
import { CodeLink } from './code-link.tsx'

/** What a build without steps has to say: why it could not be planned, or that its steps are on their way (web B14). */
export function NoJobsPanel({ view: { build } }: { readonly view: BuildView }) {
  const { error_code, error_message } = build
  if (!isBuildEnded(build)) return <p className="p-6 text-muted">Its steps appear in a moment.</p>
  return (
    <section aria-label="Why it failed" className="flex max-w-[100ch] flex-col gap-3 p-4 md:p-6">
      {error_message ? (
        <pre className="overflow-x-auto rounded-small border border-hairline bg-fail-tint px-3 py-2 font-log text-13 whitespace-pre-wrap">
          <Foreign text={error_message} />
        </pre>
      ) : (
        <p>The build has no steps.</p>
      )}
      {error_code && (
        <p className="text-13">
          <CodeLink code={error_code} />
        </p>
      )}
    </section>
  )
}
