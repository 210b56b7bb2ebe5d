import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { Schema } from '../api/schemas.ts'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { organizationChanges, type Role } from './queries.ts'

type Member = Schema<'OrgMember'>

interface ChangeRoleProps {
  readonly org: string
  readonly change: { readonly member: Member; readonly role: Role } | null
  readonly onClose: () => void
}

/** Asks before a person becomes an owner or stops being one. */
export function ChangeRole({ org, change, onClose }: ChangeRoleProps) {
  const changes = organizationChanges(useQueryClient(), org)
  if (change === null) return null
  const { member, role } = change
  const name = member.name ?? member.email
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={
        role === 'owner' ? `Make ${name} an owner?` : `Make ${name} ${role === 'admin' ? 'an admin' : 'a member'}?`
      }
      confirm={role === 'owner' ? 'Make owner' : 'Change role'}
      look={role === 'owner' ? 'primary' : 'danger'}
      onConfirm={() => changes.changeRole(member.user_uuid, role)}
    >
      <p>
        {role === 'owner'
          ? 'Owners can do everything, including billing, changing or removing owners (you too) and deleting the organization.'
          : 'They lose access to billing, other owners and deleting the organization at once.'}
      </p>
    </ConfirmDialog>
  )
}

interface RemoveMemberProps {
  readonly org: string
  readonly member: Member | null
  readonly isMe: boolean
  readonly onClose: () => void
}

/** Asks before a person is removed, and lists the access that they lose. */
export function RemoveMember({ org, member, isMe, onClose }: RemoveMemberProps) {
  const changes = organizationChanges(useQueryClient(), org)
  const navigate = useNavigate()
  if (member === null) return null
  const name = member.name ?? member.email
  const remove = async () => {
    await changes.removeMember(member.user_uuid)
    if (isMe) await navigate({ to: '/' })
  }
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={isMe ? `Leave ${org}?` : `Remove ${name}?`}
      confirm={isMe ? 'Leave' : `Remove ${name}`}
      onConfirm={remove}
    >
      <p>
        {isMe ? 'You lose access to its pipelines and builds' : 'They lose access to its pipelines and builds'}, and API
        keys and open shells stop working for this organization at once. Started builds continue.
      </p>
    </ConfirmDialog>
  )
}
