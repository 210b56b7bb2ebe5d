import type { Actor } from '../../platform/audit/record-audit.ts'
import type { LinkMail } from '../../platform/mail/queue-mail.ts'
import type { OrganizationRow } from '../lifecycle/store.ts'
import type { MemberRow } from '../members/store.ts'
import type { InviteRow } from './store.ts'

interface Invitation {
  readonly publicUrl: string
  readonly organization: OrganizationRow
  readonly maker: MemberRow
  readonly row: InviteRow
  readonly token: string
  readonly actor: Actor
}

/** The mail that asks somebody to join an organization. */
export function inviteMail({ publicUrl, organization, maker, row, token, actor }: Invitation): LinkMail {
  const who = maker.name === null ? maker.email : `${maker.name} (${maker.email})`
  const rank = row.role === 'admin' ? 'an admin' : 'a member'
  return {
    to: row.email,
    subject: `Invitation to ${organization.name} on Harmont`,
    paragraphs: [
      `${who} invites you to the organization "${organization.name}" on Harmont as ${rank}.`,
      `To accept, sign in or create an account with the address ${row.email}.`,
    ],
    link: {
      url: `${publicUrl}/invite/accept?token=${token}`,
      label: 'View the invitation',
      lifetime: 'for 7 days and only once',
    },
    askedBy: { address: actor.address, userAgent: actor.userAgent, at: new Date() },
    otherwise: 'If you do not know the sender, ignore this mail: nothing happens until you accept.',
  }
}
