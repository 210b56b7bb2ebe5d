export type { DisputeEventType } from './disputes.ts'
export {
  type RefundEventType,
  type SessionEventType,
  type SignedEvent,
  type StripeDouble,
  startStripe,
  webhookSecrets,
} from './start-stripe.ts'
