import { useAuthConfig } from '../../api/auth-config.ts'
import { webAddress } from '../data/compare-link.ts'

interface CodeLinkProps {
  readonly code: string
  /** The documentation page of the code, if the server names one. */
  readonly page?: string | null | undefined
}

/** Links an error code to its documentation page. */
export function CodeLink({ code, page }: CodeLinkProps) {
  const docs = useAuthConfig()?.docs_url
  const address = webAddress(page) ?? webAddress(docs && `${docs}/errors/${encodeURIComponent(code)}`)
  if (address === null) return <code className="font-mono">{code}</code>
  return (
    <a className="font-mono underline" href={address} target="_blank" rel="noopener noreferrer">
      {code}
    </a>
  )
}
