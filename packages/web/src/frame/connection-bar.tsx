import { useNow } from '../api/clock.ts'
import { Button } from '../design/button.tsx'
import { Instant } from '../design/instant.tsx'
import { troubleSentence } from './trouble.ts'
import { useOutage } from './use-trouble.ts'

/** Says that what is shown is old, why and since when, and asks again; what is shown stays (web A3). */
export function ConnectionBar() {
  const outage = useOutage()
  if (outage === null) return null
  const { trouble, tryAt, tryNow } = outage
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-hairline bg-wait-tint px-4 py-1 text-wait">
      <p role="status">
        {troubleSentence(trouble)} Last updated <Instant at={new Date(trouble.since).toISOString()} />.
      </p>
      <Countdown until={tryAt} />
      <Button look="quiet" onClick={tryNow} disabled={tryAt === null}>
        Try now
      </Button>
    </div>
  )
}

/** Not spoken: a number that changes each second is noise. */
function Countdown({ until }: { readonly until: number | null }) {
  useNow()
  const seconds = until === null ? 0 : Math.max(0, Math.ceil((until - Date.now()) / 1000))
  return (
    <span aria-hidden="true" className="tabular">
      {until === null ? 'Trying…' : `Next try in ${seconds} s`}
    </span>
  )
}
