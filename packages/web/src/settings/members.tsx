import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import type { Schema } from '../api/schemas.ts'
import { usePermission, useSession } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { Tag } from '../design/chip.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { Table, Td } from '../design/table.tsx'
import { toast } from '../interaction/toasts.tsx'
import { ChangeRole, RemoveMember } from './member-questions.tsx'
import { membersQuery, organizationChanges, type Role } from './queries.ts'
import { removalRefusal, roleChangeRefusal, roleMeaning, roles } from './roles.ts'

type Member = Schema<'OrgMember'>

/** Lists members with their roles. */
export function Members({ org }: { readonly org: string }) {
  const query = useQuery(membersQuery(org))
  const { data } = query
  const changes = organizationChanges(useQueryClient(), org)
  const me = useSession().user.uuid
  const rights = { mayManageMembers: usePermission(org, 'members'), mayManageOwners: usePermission(org, 'owners') }
  const [removing, setRemoving] = useState<Member | null>(null)
  const [changing, setChanging] = useState<{ readonly member: Member; readonly role: Role } | null>(null)
  if (data === undefined) return <QueryPlaceholder query={query} what="the members" />
  const choose = async (member: Member, role: Role) => {
    // Changes to and from owner need a confirmation.
    if (member.role === 'owner' || role === 'owner') return setChanging({ member, role })
    try {
      await changes.changeRole(member.user_uuid, role)
      toast(`${member.name ?? member.email} is now ${role}`)
    } catch (failure) {
      toast(problemOf(failure).message, { isProblem: true })
    }
  }
  return (
    <>
      <Table caption="Members" columns={['Member', 'Role', { name: 'Actions', isSpokenOnly: true }]}>
        <tbody>
          {data.data.map((member) => (
            <MemberRow
              key={member.user_uuid}
              org={org}
              rights={{ all: data.data, ...rights }}
              member={member}
              onChoose={(role) => void choose(member, role)}
              onRemove={() => setRemoving(member)}
            />
          ))}
        </tbody>
      </Table>
      {!rights.mayManageMembers && (
        <p className="px-4 pt-3 text-13 text-muted">Only owners and admins can change roles and remove members.</p>
      )}
      <RoleMeanings />
      <ChangeRole org={org} change={changing} onClose={() => setChanging(null)} />
      <RemoveMember org={org} member={removing} isMe={removing?.user_uuid === me} onClose={() => setRemoving(null)} />
    </>
  )
}

interface MemberRowProps {
  readonly org: string
  /** The reader's permissions. */
  readonly rights: Pick<Parameters<typeof roleChangeRefusal>[0], 'all' | 'mayManageMembers' | 'mayManageOwners'>
  readonly member: Member
  readonly onChoose: (role: Role) => void
  readonly onRemove: () => void
}

function MemberRow({ org, rights, member, onChoose, onRemove }: MemberRowProps) {
  const asked = { member, ...rights }
  const me = useSession().user.uuid
  const isMe = member.user_uuid === me
  // A person who may change nobody sees this once, not in every row.
  const refused = rights.mayManageMembers ? roleChangeRefusal(asked) : ''
  return (
    <tr>
      <Td>
        <span className="flex flex-wrap items-center gap-x-2">
          <span className="font-semibold">
            <IsolatedText text={member.name ?? member.email} />
          </span>
          {member.name != null && (
            <span className="text-13 text-muted">
              <IsolatedText text={member.email} />
            </span>
          )}
          {isMe && <Tag>you</Tag>}
        </span>
      </Td>
      <Td>
        <RoleChoice member={member} refused={refused} mayMakeOwners={rights.mayManageOwners} onChange={onChoose} />
      </Td>
      <Td numeric>
        <Button
          look="quiet"
          aria-label={isMe ? `Leave ${org}` : `Remove ${member.name ?? member.email}`}
          refused={removalRefusal(asked, me)}
          onClick={onRemove}
        >
          {isMe ? 'Leave' : 'Remove'}
        </Button>
      </Td>
    </tr>
  )
}

function RoleMeanings() {
  return (
    <dl className="grid max-w-[72ch] grid-cols-[auto_1fr] gap-x-4 gap-y-1 px-4 py-4 text-13 text-muted">
      {roles.map((role) => (
        <div key={role} className="contents">
          <dt className="font-semibold">{role}</dt>
          <dd>{roleMeaning[role]}</dd>
        </div>
      ))}
    </dl>
  )
}

interface RoleChoiceProps {
  readonly member: Member
  readonly refused: string | null
  readonly mayMakeOwners: boolean
  readonly onChange: (role: Role) => void
}

function RoleChoice({ member, refused, mayMakeOwners, onChange }: RoleChoiceProps) {
  const isKnown = roles.some((role) => role === member.role)
  if (refused !== null)
    return (
      <span className="flex flex-wrap items-baseline gap-x-2 py-1">
        {member.role}
        <span className="text-12 text-muted">{refused !== '' && `${refused}.`}</span>
      </span>
    )
  return (
    <select
      aria-label={`Role of ${member.name ?? member.email}`}
      value={member.role}
      onChange={({ target }) => onChange(target.value as Role)}
      className="min-h-7 rounded-small border border-edge bg-raised px-2 pointer-coarse:min-h-11"
    >
      {!isKnown && <option value={member.role}>{member.role}</option>}
      {roles.map((role) => (
        <option key={role} value={role} disabled={role === 'owner' && !mayMakeOwners}>
          {role === 'owner' && !mayMakeOwners ? 'owner (only owners can assign it)' : role}
        </option>
      ))}
    </select>
  )
}
