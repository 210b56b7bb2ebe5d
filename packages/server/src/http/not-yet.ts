import type { OperationId } from '@harmont/contract'

/** Operations that answer 501 until a later issue fills them. That issue takes them out of here: a listed one cannot be bound. */
export const notYet = [
  'authGoogle',
  'bitbucketOAuthUrl',
  'listBitbucketWorkspaces',
  'listBitbucketRepos',
  'disconnectBitbucket',
  'connectBitbucket',
  'redeemCoupon',
  'createCheckout',
  'stripeWebhook',
] as const satisfies readonly OperationId[]

/** An operation that a later issue fills. */
export type NotYetId = (typeof notYet)[number]
