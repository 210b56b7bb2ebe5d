/** What this tab went to pay for: the payment provider sends back to one address for all organizations (`http.md` 13). It is no secret. */
const key = 'harmont:payment'

export interface BegunPayment {
  readonly org: string
  /** Id of the last payment in the ledger before this one; null: there was none. */
  readonly newestBefore: string | null
}

/** Keeps it until the provider sends back. */
export function rememberPayment(payment: BegunPayment): void {
  sessionStorage.setItem(key, JSON.stringify(payment))
}

/** Null in a tab that began none. */
export function rememberedPayment(): BegunPayment | null {
  const text = sessionStorage.getItem(key)
  return text === null ? null : (JSON.parse(text) as BegunPayment)
}
