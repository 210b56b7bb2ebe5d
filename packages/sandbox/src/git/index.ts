export { type Checkout, type CheckoutRequest, checkoutCommit } from './checkout-commit.ts'
export { SourceUnreachable } from './fetch-failure.ts'
