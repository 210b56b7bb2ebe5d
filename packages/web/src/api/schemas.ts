import type { components } from '@harmont/contract'

/** The contract's schemas by name: `Schema<'Build'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]
