import { useAuthConfig } from '../api/auth-config.ts'
import { providerAddress, providerTitle } from '../api/providers.ts'
import { buttonClass } from '../design/button.tsx'
import { storedToken } from './link-token.ts'
import { withInviteToken } from './redirects.ts'

/** Links to each provider of the server. */
export function ProviderButtons({ redirect }: { readonly redirect: string }) {
  const config = useAuthConfig()
  const back = withInviteToken(redirect, storedToken('invite'))
  return config?.providers.map(({ name }) => (
    <a key={name} href={providerAddress(name, back)} className={`${buttonClass()} min-h-9 w-full`}>
      Continue with {providerTitle(name)}
    </a>
  ))
}
