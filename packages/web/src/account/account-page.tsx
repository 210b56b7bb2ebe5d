import { AccountLayout } from './account-layout.tsx'
import { DeleteAccount } from './delete-account.tsx'
import { Identities } from './identities.tsx'
import { ProfileForm } from './profile-form.tsx'

/** Who one is here, the accounts elsewhere that sign one in, and the end of it. */
export function AccountPage() {
  return (
    <AccountLayout title="Account">
      <ProfileForm />
      <Identities />
      <DeleteAccount />
    </AccountLayout>
  )
}
