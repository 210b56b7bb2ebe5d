import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import type { Schema } from '../api/schemas.ts'
import { usePermission, useSession } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { Tag } from '../design/chip.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ErrorState, Skeleton } from '../design/page-states.tsx'
import { Table, Td, Th } from '../design/table.tsx'
import { toast } from '../interaction/toasts.tsx'
import { ChangeRole, RemoveMember } from './member-questions.tsx'
import { membersQuery, organizationChanges, type Role } from './queries.ts'
import { roleMeaning, roles, whyNotChange, whyNotRemove } from './roles.ts'

type Member = Schema<'OrgMember'>

/** Lists members with their roles. */
export function Members({ org }: { readonly org: string }) {
  const { data, isError, error, refetch } = useQuery(membersQuery(org))
  const changes = organizationChanges(useQueryClient(), org)
  const me = useSession().user.uuid
  const rights = { mayManageMembers: usePermission(org, 'members'), mayManageOwners: usePermission(org, 'owners') }
  const [leaving, setLeaving] = useState<Member | null>(null)
  const [changing, setChanging] = useState<{ readonly whom: Member; readonly role: Role } | null>(null)
  if (isError && data === undefined)
    return <ErrorState error={error} what="the members" onRetry={() => void refetch()} />
  if (data === undefined) return <Skeleton label="Loading the members" />
  const choose = async (whom: Member, role: Role) => {
    // Changes to and from owner need a confirmation.
    if (whom.role === 'owner' || role === 'owner') return setChanging({ whom, role })
    try {
      await changes.changeRole(whom.user_uuid, role)
      toast(`${whom.name ?? whom.email} is ${role} now`)
    } catch (failure) {
      toast(problemOf(failure).message, { isProblem: true })
    }
  }
  return (
    <>
      <Table caption="Members">
        <thead>
          <tr>
            <Th>Member</Th>
            <Th>Role</Th>
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {data.data.map((whom) => {
            const asked = { whom, all: data.data, ...rights }
            // A person who may change nobody is told so once, not in every row.
            const refused = rights.mayManageMembers ? whyNotChange(asked) : ''
            const isMe = whom.user_uuid === me
            return (
              <tr key={whom.user_uuid}>
                <Td>
                  <span className="flex flex-wrap items-center gap-x-2">
                    <span className="font-semibold">
                      <IsolatedText text={whom.name ?? whom.email} />
                    </span>
                    {whom.name != null && (
                      <span className="text-13 text-muted">
                        <IsolatedText text={whom.email} />
                      </span>
                    )}
                    {isMe && <Tag>you</Tag>}
                  </span>
                </Td>
                <Td>
                  <RoleChoice
                    whom={whom}
                    refused={refused}
                    mayMakeOwners={rights.mayManageOwners}
                    onChange={(role) => void choose(whom, role)}
                  />
                </Td>
                <Td numeric>
                  <Button
                    look="quiet"
                    aria-label={isMe ? `Leave ${org}` : `Remove ${whom.name ?? whom.email}`}
                    refused={whyNotRemove(asked, me)}
                    onClick={() => setLeaving(whom)}
                  >
                    {isMe ? 'Leave' : 'Remove'}
                  </Button>
                </Td>
              </tr>
            )
          })}
        </tbody>
      </Table>
      {!rights.mayManageMembers && (
        <p className="px-4 pt-3 text-13 text-muted">Only owners and admins can change roles and remove members.</p>
      )}
      <dl className="grid max-w-[72ch] grid-cols-[auto_1fr] gap-x-4 gap-y-1 px-4 py-4 text-13 text-muted">
        {roles.map((role) => (
          <div key={role} className="contents">
            <dt className="font-semibold">{role}</dt>
            <dd>{roleMeaning[role]}</dd>
          </div>
        ))}
      </dl>
      <ChangeRole org={org} change={changing} onClose={() => setChanging(null)} />
      <RemoveMember org={org} whom={leaving} isMe={leaving?.user_uuid === me} onClose={() => setLeaving(null)} />
    </>
  )
}

interface RoleChoiceProps {
  readonly whom: Member
  readonly refused: string | null
  readonly mayMakeOwners: boolean
  readonly onChange: (role: Role) => void
}

function RoleChoice({ whom, refused, mayMakeOwners, onChange }: RoleChoiceProps) {
  const isKnown = roles.some((role) => role === whom.role)
  if (refused !== null)
    return (
      <span className="flex flex-wrap items-baseline gap-x-2 py-1">
        {whom.role}
        <span className="text-12 text-muted">{refused !== '' && `${refused}.`}</span>
      </span>
    )
  return (
    <select
      aria-label={`Role of ${whom.name ?? whom.email}`}
      value={whom.role}
      onChange={({ target }) => onChange(target.value as Role)}
      className="min-h-7 rounded-small border border-edge bg-raised px-2 pointer-coarse:min-h-11"
    >
      {!isKnown && <option value={whom.role}>{whom.role}</option>}
      {roles.map((role) => (
        <option key={role} value={role} disabled={role === 'owner' && !mayMakeOwners}>
          {role === 'owner' && !mayMakeOwners ? 'owner (only owners can assign it)' : role}
        </option>
      ))}
    </select>
  )
}
