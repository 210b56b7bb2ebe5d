export { hasBalance } from './ledger/balance.ts'
