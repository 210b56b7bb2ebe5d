export { type Checkout, type CheckoutRequest, checkoutCommit } from './checkout-commit.ts'
export { type CollectRepositoriesRequest, collectRepositories } from './collect-repositories.ts'
export { SourceUnreachable } from './fetch-failure.ts'
